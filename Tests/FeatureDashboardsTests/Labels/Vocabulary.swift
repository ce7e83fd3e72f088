import LinearAlgebra

@testable import FeatureDashboards

/// A small vocabulary with tokens of every kind, and how to write texts in it.
struct Vocabulary {
  static let words = [
    "<s>", " the", " of", " in", ".", ",", " Paris", "Paris", " France", " London", " went", " to", "ing",
    " 1994", " 12",
    "\n", " NATO", " é", "中", "\u{FFFD}", " French", " french", "French", " court", " judge", " said", " cat",
    " dog",
    " runs", " sleeps", "  ", " д",
  ]
  static let texts = TokenTexts(words)
  static let lexicon = Lexicon(texts)

  /// The token of a word.
  static func token(_ word: String) -> Int { words.firstIndex(of: word) ?? 0 }

  /// The tokens of words.
  static func tokens(_ words: String...) -> [Int] { words.map(token) }

  /// A text in which every token is about as common, but `the` is ten times as common.
  static func text(_ length: Int, seed: UInt64) -> [Int] {
    var random = SplitMix64(seed: seed)
    return (0..<length).map { _ in
      let draw = Int(random.next() % UInt64(words.count + 9))
      return draw < words.count ? draw : token(" the")
    }
  }
}

/// A dashboard as a build would make it of a text and the places where a feature is active.
func dashboard(
  of text: [Int], activations: [Int: Float], effects: TokenEffects = TokenEffects(top: [], bottom: [])
) -> FeatureDashboard {
  let places = activations.keys.sorted { (activations[$0] ?? 0, $1) > (activations[$1] ?? 0, $0) }
  let examples = places.map { place -> FeatureExample in
    let range = max(0, place - 32)..<min(text.count, place + 33)
    return FeatureExample(
      passage: 0, start: range.lowerBound, document: 0, tokens: Array(text[range]),
      activations: range.map { activations[$0] ?? 0 }, focus: place - range.lowerBound)
  }
  let strongest = Array(examples.prefix(20))
  let quantiles = (0..<4).map { quantile in
    let range = quantile * places.count / 4..<(quantile + 1) * places.count / 4
    return ExampleGroup(name: "quantile \(quantile)", examples: Array(examples[range].prefix(5)))
  }
  let byToken = Dictionary(grouping: places) { text[$0] }
  let firing = byToken.map { token, places in
    FiringToken(
      token: token, count: places.count,
      meanActivation: places.reduce(0) { $0 + (activations[$1] ?? 0) } / Float(places.count))
  }.sorted { ($0.count, $1.token) > ($1.count, $0.token) }
  let sum = activations.values.reduce(0.0) { $0 + Double($1) }
  return FeatureDashboard(
    name: FeatureName(layer: 1, index: 2), density: Double(places.count) / Double(text.count),
    activePositions: places.count, meanActivation: places.isEmpty ? 0 : sum / Double(places.count),
    activationRange: ActivationRange(
      least: activations.values.min() ?? 0, greatest: activations.values.max() ?? 0),
    exampleGroups: [ExampleGroup(name: "Top activations", examples: strongest)] + quantiles,
    firingTokens: Array(firing.prefix(10)), normedLogitEffects: effects)
}
