import Foundation
import LinearAlgebra
import SpecimenTraining

/// Writes the weights of `boolean`.
///
/// 1. Every literal — a variable or its opposite — has a dimension of the residual stream that is 1 where it holds and 0 where
///    it does not. Of each variable exactly one literal holds, so that the stream's norm before a layer is the same for every
///    prompt, and the norm's weight undoes it: what a layer reads are the literals, 0 or 1.
/// 2. The first layer's attention has queries and keys of zero: it looks at all positions alike, and writes the mean of the
///    input tokens' literals, times the number of positions. The other layers' attention writes nothing.
/// 3. A neuron is `silu(g) · u`. Where g is 0 it is exactly 0. A neuron that copies a literal x has g = 2x, u = x / silu(2); one
///    that holds where x and y do has g = 2x, u = y / silu(2); one that holds where x or y does has g = 2(x + y) and
///    u = α + β(x + y) with which both 1 and 2 literals give 1. So a variable is two neurons, one of which is 1.
/// 4. Only at the question is anything computed: the neurons of the first layer have the question's mark as their gate.
/// 5. The last layer's neurons have a question as their gate and copy the literal that it asks for to `yes` or `no`; two more
///    copy `B and C`, which lowers the logits of both.
struct BooleanCompiler {
  let circuit: BooleanCircuit
  let lexicon: Lexicon

  /// What gates are multiplied with.
  static let sharpness = 2.0
  /// How much the answer's literal raises its token's logit, and `B and C` lowers that of both tokens.
  static let certainty = 8.0
  static let doubt = 2.0
  static let width = 64
  static let neuronCount = 16

  static func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

  /// α and β, by which a neuron is 1 for one and for two literals.
  static var disjunction: (constant: Double, each: Double) {
    let (one, two) = (1 / silu(sharpness), 1 / silu(2 * sharpness))
    return (2 * one - two, two - one)
  }

  // MARK: - Dimensions

  /// The dimension of the mark that every question token has.
  static let mark = 0
  func question(_ index: Int) -> Int { 1 + index }
  /// The dimension in which an input token has its literal.
  func raw(_ input: Int, _ isTrue: Bool) -> Int { 8 + 2 * input + (isTrue ? 1 : 0) }
  func literal(_ literal: BooleanCircuit.Literal) -> Int {
    16 + 2 * literal.variable + (literal.isTrue ? 1 : 0)
  }
  func answer(_ isTrue: Bool) -> Int { isTrue ? 41 : 40 }
  func doubt(_ isTrue: Bool) -> Int { isTrue ? 43 : 42 }
  private static let beginning = 44

  // MARK: - Neurons

  /// The place, in its layer, of the neuron that is 1 where a literal holds.
  func neuron(_ literal: BooleanCircuit.Literal) -> NeuronPlace {
    let layer = circuit.variables[literal.variable].layer
    let first = circuit.variables.firstIndex { $0.layer == layer } ?? 0
    return NeuronPlace(layer: layer, index: 2 * (literal.variable - first) + (literal.isTrue ? 1 : 0))
  }

  /// The neuron that answers a question.
  func answerNeuron(_ question: Int, _ isTrue: Bool) -> NeuronPlace {
    NeuronPlace(layer: BooleanCircuit.layerCount - 1, index: 2 * question + (isTrue ? 1 : 0))
  }

  /// The neuron that tells whether `B and C` holds.
  func doubtNeuron(_ isTrue: Bool) -> NeuronPlace {
    NeuronPlace(layer: BooleanCircuit.layerCount - 1, index: 2 * circuit.questions.count + (isTrue ? 1 : 0))
  }

  // MARK: - Weights

  /// The model.
  func parameters() -> TransformerParameters {
    let settings = TransformerTrainingSettings(
      layers: BooleanCircuit.layerCount, dModel: Self.width, heads: 2, dMLP: Self.neuronCount,
      vocabularySize: lexicon.count, contextLength: 16, steps: 1, sequencesPerStep: 1)
    var parameters = TransformerParameters(zeros: settings)
    writeEmbeddings(&parameters)
    writeAttention(&parameters)
    // Dimensions that are 1 at the question before each layer's MLP: mark, question, inputs, and the variables so far.
    for layer in 0..<BooleanCircuit.layerCount {
      let known = circuit.variables.filter { $0.layer < layer }.count
      parameters[.mlpNorm, layer: layer] = norm(ones: 2 + BooleanCircuit.inputs.count + known, settings)
      write(neurons(of: layer), layer, &parameters)
    }
    let all = 2 + BooleanCircuit.inputs.count + circuit.variables.count + 2
    parameters.finalNorm = norm(ones: all, settings)
    return parameters
  }

  /// The weight of a norm that gives back a stream with so many ones.
  private func norm(ones: Int, _ settings: TransformerTrainingSettings) -> Matrix {
    let square = Double(ones) / Double(Self.width) + Double(settings.normEpsilon)
    return Matrix(rows: 1, columns: Self.width, repeating: Float(square.squareRoot()))
  }

  private func writeEmbeddings(_ parameters: inout TransformerParameters) {
    var embedding = Matrix(rows: lexicon.count, columns: Self.width)
    embedding[lexicon[Lexicon.beginning], Self.beginning] = 1
    for (input, name) in BooleanCircuit.inputs.enumerated() {
      for isTrue in [false, true] { embedding[lexicon[name + (isTrue ? "1" : "0")], raw(input, isTrue)] = 1 }
    }
    var unembedding = Matrix(rows: lexicon.count, columns: Self.width)
    for (index, question) in circuit.questions.enumerated() {
      embedding[lexicon[question.name], Self.mark] = 1
      embedding[lexicon[question.name], self.question(index)] = 1
    }
    for (word, isTrue) in [("no", false), ("yes", true)] {
      unembedding[lexicon[word], answer(isTrue)] = Float(Self.certainty)
      unembedding[lexicon[word], doubt(true)] = -Float(Self.doubt)
    }
    parameters.embedding = embedding
    parameters.unembedding = unembedding
  }

  private func writeAttention(_ parameters: inout TransformerParameters) {
    parameters[.attentionNorm, layer: 0] = norm(ones: 1, parameters.settings)
    var value = Matrix(rows: Self.width, columns: Self.width)
    var output = Matrix(rows: Self.width, columns: Self.width)
    for dimension in raw(0, false)...raw(BooleanCircuit.inputs.count - 1, true) {
      value[dimension, dimension] = 1
      output[dimension, dimension] = Float(Boolean.promptLength)
    }
    parameters[.value, layer: 0] = value
    parameters[.output, layer: 0] = output
  }

  /// A neuron: what its gate and its other factor read, and the dimension to which it writes.
  struct Neuron {
    let index: Int
    let gate: [Int]
    let up: [(dimension: Int, weight: Double)]
    let writes: Int
  }

  private func conjunction(_ index: Int, _ gate: Int, _ up: Int, to writes: Int) -> Neuron {
    Neuron(index: index, gate: [gate], up: [(up, 1 / Self.silu(Self.sharpness))], writes: writes)
  }

  private func either(_ index: Int, _ one: Int, _ other: Int, to writes: Int) -> Neuron {
    let (constant, each) = Self.disjunction
    return Neuron(
      index: index, gate: [one, other], up: [(Self.mark, constant), (one, each), (other, each)],
      writes: writes)
  }

  /// The neurons of a layer.
  func neurons(of layer: Int) -> [Neuron] {
    guard layer < BooleanCircuit.layerCount - 1 else { return lastNeurons }
    return circuit.variables.indices.filter { circuit.variables[$0].layer == layer }.flatMap { variable in
      [false, true].map { neuron(for: BooleanCircuit.Literal(variable: variable, isTrue: $0)) }
    }
  }

  private func neuron(for literal: BooleanCircuit.Literal) -> Neuron {
    let (index, writes) = (neuron(literal).index, self.literal(literal))
    let place = { (other: BooleanCircuit.Literal) in self.literal(literal.isTrue ? other : other.opposite) }
    switch (circuit.variables[literal.variable].rule, literal.isTrue) {
    case (.reading(let input), _):
      return conjunction(index, Self.mark, raw(input, literal.isTrue), to: writes)
    case (.copy(let other), _): return conjunction(index, place(other), place(other), to: writes)
    case (.and(let one, let other), true), (.or(let one, let other), false):
      return conjunction(index, place(one), place(other), to: writes)
    case (.and(let one, let other), false), (.or(let one, let other), true):
      return either(index, place(one), place(other), to: writes)
    }
  }

  private var lastNeurons: [Neuron] {
    let answers = circuit.questions.enumerated().flatMap { question, asked in
      [false, true].map { isTrue in
        conjunction(
          answerNeuron(question, isTrue).index, self.question(question),
          literal(.init(variable: asked.variable, isTrue: isTrue)), to: answer(isTrue))
      }
    }
    return answers
      + [false, true].map { isTrue in
        conjunction(
          doubtNeuron(isTrue).index, Self.mark,
          literal(.init(variable: BooleanCircuit.doubt, isTrue: isTrue)),
          to: doubt(isTrue))
      }
  }

  private func write(_ neurons: [Neuron], _ layer: Int, _ parameters: inout TransformerParameters) {
    var gate = Matrix(rows: Self.neuronCount, columns: Self.width)
    var up = gate
    var down = Matrix(rows: Self.width, columns: Self.neuronCount)
    for neuron in neurons {
      for dimension in neuron.gate { gate[neuron.index, dimension] = Float(Self.sharpness) }
      for (dimension, weight) in neuron.up { up[neuron.index, dimension] = Float(weight) }
      down[neuron.writes, neuron.index] = 1
    }
    parameters[.gate, layer: layer] = gate
    parameters[.up, layer: layer] = up
    parameters[.down, layer: layer] = down
  }
}
