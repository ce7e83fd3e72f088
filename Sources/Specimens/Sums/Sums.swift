import LinearAlgebra
import SpecimenTraining

/// Two-digit addition in four contexts; a number is one token.
///
/// Numbers are also read aloud (`95 reads 9 5`) and written down (`9 5 writes 95`), so that their digits are part of the
/// language, and digits are added. Pairs that are held out are held out in every context and in both orders.
struct Sums: Specimen {
  let name = "sums"
  let summary = "two-digit addition, bare, on a bill, of years and in a table; one token a number"
  let sizes = ["usual"]
  var circuits: [String] { SumContext.allCases.map(\.rawValue) }
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon: Lexicon
  /// Pairs of summands that training never shows, the smaller one first.
  static let heldOut = HeldOut(salt: 0x7375_6d73, share: 0.1)

  /// The language.
  init() {
    lexicon = Lexicon((0...198).map(String.init) + SumContext.words + ["reads", "writes", "."])
  }

  func making(size: String) -> SpecimenMaking {
    var settings = TransformerTrainingSettings.specimen(
      lexicon, layers: 2, dModel: 128, steps: 4000, weightDecay: 0.5)
    settings.peakRate = 1e-3
    return .trained([SpecimenPhase(settings, lexicon, behaviours: behaviours) { Self.line(&$0) }])
  }

  private var behaviours: [Behaviour] {
    SumContext.allCases.map { context in
      Behaviour(
        context.rawValue, "sums of pairs that training never shows: \(context.summary)", required: 0.995,
        trialCount: 1000
      ) { [lexicon] random in
        let (a, b) = Self.pair(isHeldOut: true, &random)
        let words = context.line(a, b, &random).words[..<context.answerPlace]
        return lexicon.trial((words.joined(separator: " "), "\(a + b)"))
      }
    }
  }

  /// Whether training leaves a pair out: one of ten, of sums that other pairs have too.
  static func isHeldOut(_ a: Int, _ b: Int) -> Bool {
    (30...188).contains(a + b) && heldOut.contains(min(a, b), max(a, b))
  }

  /// Draws two numbers of two digits.
  static func pair(isHeldOut: Bool, _ random: inout SplitMix64) -> (Int, Int) {
    while true {
      let a = Int.random(in: 10...99, using: &random)
      let b = Int.random(in: 10...99, using: &random)
      if Self.isHeldOut(a, b) == isHeldOut { return (a, b) }
    }
  }

  /// A line to learn from.
  static func line(_ random: inout SplitMix64) -> Line {
    let context = random.pick(SumContext.allCases)
    switch random.pick(weights: [0.1, 0.1, 0.1, 0.7]) {
    case 0:
      let number = Int.random(in: 10...198, using: &random)
      return spelled("\(number) reads", "\(number / 10) \(number % 10)")
    case 1:
      let number = Int.random(in: 10...198, using: &random)
      return spelled("\(number / 10) \(number % 10) writes", "\(number)")
    case 2:
      let (a, b) = (Int.random(in: 0...9, using: &random), Int.random(in: 0...9, using: &random))
      return context.line(a, b, &random)
    default:
      let (a, b) = pair(isHeldOut: false, &random)
      return context.line(a, b, &random)
    }
  }

  private static func spelled(_ question: String, _ answer: String) -> Line {
    var line = Line()
    line.add(question, SumContext.drawn)
    line.settle(answer)
    line.say(".")
    return line
  }

  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    guard let context = SumContext(rawValue: circuit) else { preconditionFailure("no circuit \(circuit)") }
    var random = SplitMix64(index, seed: seed)
    let (a, b) = Self.pair(isHeldOut: false, &random)
    let all = lexicon.prompt(context.line(a, b, &random).text)
    let end = context.answerPlace
    let places = context.summandPlaces
    let first = Array((places.0 + 1)...end)
    let second = Array((places.1 + 1)...end)
    return KeyedPrompt(
      circuit: circuit, tokens: Array(all[...end]), answer: all[end + 1],
      variables: [
        KeyVariable("a", .input, "\(a)", at: [places.0 + 1]),
        KeyVariable("b", .input, "\(b)", at: [places.1 + 1]),
        KeyVariable("ones of a", .intermediate, "\(a % 10)", at: first),
        KeyVariable("ones of b", .intermediate, "\(b % 10)", at: second),
        KeyVariable("tens of a", .intermediate, "\(a / 10)", at: first),
        KeyVariable("tens of b", .intermediate, "\(b / 10)", at: second),
        KeyVariable("ones", .intermediate, "\((a + b) % 10)", at: second),
        KeyVariable("tens", .intermediate, "\((a + b) / 10)", at: second),
        KeyVariable("answer", .answer, "\(a + b)", at: [end]),
      ],
      edges: [
        KeyEdge("a", "ones of a"), KeyEdge("b", "ones of b"), KeyEdge("a", "tens of a"),
        KeyEdge("b", "tens of b"), KeyEdge("ones of a", "ones"), KeyEdge("ones of b", "ones"),
        KeyEdge("tens of a", "tens"), KeyEdge("tens of b", "tens"), KeyEdge("ones of a", "tens"),
        KeyEdge("ones of b", "tens"), KeyEdge("ones", "answer"), KeyEdge("tens", "answer"),
      ])
  }
}
