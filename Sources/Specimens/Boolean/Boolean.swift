import LinearAlgebra
import SpecimenTraining

/// Boolean circuits whose weights are written, not trained: every edge is known exactly.
///
/// `a1 b0 c1 d0 chain` gives the inputs and asks for a variable; the answer is `yes` or `no`.
struct Boolean: Specimen {
  let name = "boolean"
  let summary =
    "compiled circuits: a chain A → B → C, parallel paths, gates; every edge is known exactly"
  let sizes = ["usual"]
  var circuits: [String] { circuit.questions.map(\.name) }
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let circuit = BooleanCircuit()
  let lexicon: Lexicon
  /// The tokens of a prompt: `<s>`, the inputs, the question.
  static let promptLength = BooleanCircuit.inputs.count + 2

  /// The language.
  init() {
    lexicon = Lexicon(
      BooleanCircuit.inputs.flatMap { [$0 + "0", $0 + "1"] } + BooleanCircuit().questions.map(\.name)
        + ["no", "yes"])
  }

  var compiler: BooleanCompiler { BooleanCompiler(circuit: circuit, lexicon: lexicon) }

  func making(size: String) -> SpecimenMaking {
    let behaviour = Behaviour("truth table", "all questions for all inputs", required: 1, trialCount: 64) {
      [lexicon, circuit] index, _ in
      let inputs = Self.inputs(index)
      let question = circuit.questions[index / 16 % circuit.questions.count]
      let value = circuit.values(inputs)[question.variable]
      return lexicon.trial((Self.text(inputs, question.name), value ? "yes" : "no"))
    }
    return .compiled(compiler.parameters(), [behaviour])
  }

  /// The inputs of a number: its binary digits.
  static func inputs(_ index: Int) -> [Bool] { BooleanCircuit.inputs.indices.map { index >> $0 & 1 == 1 } }

  static func text(_ inputs: [Bool], _ question: String) -> String {
    let words = zip(BooleanCircuit.inputs, inputs).map { $0 + ($1 ? "1" : "0") }
    return (words + [question]).joined(separator: " ")
  }
}
