/// A rule, and how well it tells where a feature is active.
struct RatedRule {
  var rule: TokenRule
  /// The rule's tokens, those with the most activation first.
  var tokens: [Int] = []
  /// The rule's tokens before, likewise.
  var previous: [Int] = []
  /// The share of the activation at which the rule holds.
  var recall: Double
  /// About how many of the places at which the rule holds are active ones.
  var precision: Double
  /// Whether the recall is of the whole corpus, not of the examples.
  var isMeasured: Bool

  /// The harmonic mean of both.
  var f1: Double { recall + precision > 0 ? 2 * recall * precision / (recall + precision) : 0 }
}

/// Looks for the rule that tells best where a feature is active.
struct RuleSearch {
  let mass: ActivationMass
  /// The positions of the corpus.
  let positions: Double
  let sample: CorpusSample
  let lexicon: Lexicon

  /// How much better a rule of two parts must be than the better of them.
  private static let gainOfPair = 0.08
  /// The least recall of a rule that is measured on examples: less may be chance.
  private static let leastOnExamples = 0.35

  /// The best rule; nil when nothing is active.
  var best: RatedRule? {
    let tokens = tokenRules.max { $0.f1 < $1.f1 }
    let kind = kindRules.max { $0.f1 < $1.f1 }
    let previous = previousRules.max { $0.f1 < $1.f1 }
    let earlier = earlierRules.max { $0.f1 < $1.f1 }
    // Of equals the first: tokens are the plainest.
    guard let single = first([tokens, kind, previous, earlier].compactMap { $0 }) else { return nil }
    let pairs = [tokens, kind].compactMap { $0 }.flatMap { here in
      [previous, earlier].compactMap { $0 }.map { joined(here, $0) }
    }
    guard let pair = first(pairs), pair.f1 > single.f1 + RuleSearch.gainOfPair else { return single }
    return pair
  }

  /// The first of those with the greatest F1.
  private func first(_ rules: [RatedRule]) -> RatedRule? {
    let greatest = rules.map(\.f1).max() ?? 0
    return rules.first { $0.f1 >= greatest - 1e-9 }
  }

  /// Growing sets of the words with the most activation.
  private var tokenRules: [RatedRule] {
    prefixes(of: mass.onTokens, words: 8).map { tokens in
      let recall = mass.onTokens.filter { tokens.contains($0.token) }.reduce(0) { $0 + $1.share }
      let hits = tokens.reduce(0) { $0 + (mass.countShares[$1] ?? 0) }
      let rule = TokenRule(tokens: tokens)
      return RatedRule(
        rule: rule, tokens: tokens, recall: min(1, recall), precision: precision(rule, countShare: hits),
        isMeasured: true)
    }
  }

  private var kindRules: [RatedRule] {
    TokenClass.allCases.map { rated(TokenRule(kind: $0)) }
  }

  private var previousRules: [RatedRule] {
    prefixes(of: Array(mass.behind.prefix(8)), words: 4).map { rated(TokenRule(previous: $0), previous: $0) }
  }

  /// The tokens that stand before the feature's places much more often than elsewhere.
  private var earlierRules: [RatedRule] {
    let lifted = mass.within.filter { $0.value >= 0.3 && $0.value > 4 * sample.shareBehind($0.key) }
    let strongest = lifted.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(4)
    return strongest.map { rated(TokenRule(earlier: [$0.key])) }
  }

  private func joined(_ here: RatedRule, _ before: RatedRule) -> RatedRule {
    var rule = here.rule
    rule.previous = before.rule.previous
    rule.earlier = before.rule.earlier
    return rated(rule, tokens: here.tokens, previous: before.previous)
  }

  /// Rates a rule on the examples.
  private func rated(_ rule: TokenRule, tokens: [Int] = [], previous: [Int] = []) -> RatedRule {
    let recall = mass.share(of: rule, lexicon)
    let precision = recall >= RuleSearch.leastOnExamples ? precision(rule, countShare: recall) : 0
    return RatedRule(
      rule: rule, tokens: tokens, previous: previous, recall: recall, precision: precision, isMeasured: false)
  }

  /// Estimates how many of a rule's places are active: the active ones among them over all that the sample promises.
  private func precision(_ rule: TokenRule, countShare: Double) -> Double {
    let hits = countShare * Double(mass.activeCount)
    // What the sample never shows may still be there.
    let places = max(sample.share(of: rule), 0.5 / Double(max(1, sample.count))) * positions
    return min(1, hits / max(places, hits, 1e-12))
  }

  /// The tokens of the first word, of the first two, and so on: all spellings of a word come together.
  private func prefixes(of shares: [ActivationMass.Share], words limit: Int) -> [[Int]] {
    var spellings: [String: [Int]] = [:]
    var order: [String] = []
    for share in shares where share.share >= 0.03 {
      let word = lexicon.word(share.token)
      if spellings[word] == nil { order.append(word) }
      spellings[word, default: []].append(share.token)
    }
    return order.prefix(limit).indices.map { last in order[...last].flatMap { spellings[$0] ?? [] } }
  }
}
