import Foundation

/// Which tokens a feature's output says, where its effects are concentrated enough to tell.
///
/// The strongest of 50,000 effects are never zero, whatever the feature does, so a list of them proves nothing. A
/// claim needs one of two signs:
///
/// 1. One word in several spellings: at least three of the first eight tokens are the same but for blanks and capitals.
/// 2. Outliers: tokens of the text that exceed the eighth by two thirds. Tokens that hardly occur have directions of their own,
///    which any feature may touch.
struct LogitClaim {
  /// The tokens that are looked at; packed dashboards have no more.
  private static let count = 8

  /// The tokens, the strongest first.
  let tokens: [Int]
  /// What shows it.
  let evidence: String

  /// Judges effects; nil where they are spread.
  ///
  /// - Parameter sample: Text that tells which tokens occur.
  init?(_ effects: TokenEffects, _ lexicon: Lexicon, _ sample: CorpusSample) {
    let top = Array(effects.top.prefix(LogitClaim.count))
    guard top.count == LogitClaim.count, let last = top.last, last.value > 0 else { return nil }
    let words = top.map { lexicon.word($0.token) }
    if let spelled = LogitClaim.spelled(words) {
      tokens = [top[spelled.first].token]
      evidence =
        "\(spelled.count) of the 8 tokens that it raises most are spellings of \(lexicon.quoted(top[spelled.first].token))"
      return
    }
    let outliers = top.prefix { $0.value > 5 / 3 * last.value }.filter {
      sample.share(of: $0.token) > 0 && !lexicon.classes[$0.token].contains(.fragment)
    }
    guard let strongest = outliers.first else { return nil }
    var seen: Set<String> = []
    tokens = outliers.map(\.token).filter { seen.insert(lexicon.word($0)).inserted }.prefix(3).map { $0 }
    let ratio = String(format: "%.1f", Double(strongest.value / last.value))
    evidence =
      "its output raises \(lexicon.quoted(strongest.token)) \(ratio) times as much as the eighth token"
  }

  /// The word that at least three tokens spell, by its first place.
  private static func spelled(_ words: [String]) -> (first: Int, count: Int)? {
    var places: [String: [Int]] = [:]
    for (place, word) in words.enumerated() where word.contains(where: \.isLetter) {
      places[word, default: []].append(place)
    }
    return places.values.filter { $0.count >= 3 }.max { ($0.count, $1[0]) < ($1.count, $0[0]) }
      .map { (first: $0[0], count: $0.count) }
  }
}
