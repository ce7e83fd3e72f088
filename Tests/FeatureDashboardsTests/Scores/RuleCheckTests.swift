import LinearAlgebra
import Testing

@testable import FeatureDashboards

/// Features that are active where their tokens and the place say.
struct MadeUpActivity: ActivityReader {
  var features = 40

  func counts(_ place: Int, of tokens: [Int]) -> Bool { place > 0 && tokens[place] != 0 }

  func value(_ feature: Int, _ place: Int, _ tokens: [Int]) -> Float {
    let mixed = UInt64(feature) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(tokens[place]) &* 0xBF58_476D_1CE4_E5B9
    let draw = (mixed ^ (mixed >> 29)) % 7
    return draw < 2 ? Float(1 + (feature * place) % 5) : 0
  }

  func activity(_ tokens: [Int]) -> [[(name: FeatureName, value: Float)]] {
    tokens.indices.map { place in
      guard counts(place, of: tokens) else { return [] }
      return (0..<features).compactMap { feature in
        let value = value(feature, place, tokens)
        return value > 0 ? (FeatureName(layer: feature % 3, index: feature), value) : nil
      }
    }
  }
}

@Suite("Checking rules on text")
struct RuleCheckTests {
  private let reader = MadeUpActivity()
  private let contexts = (0..<9).map { Vocabulary.text(50 + 7 * $0, seed: UInt64(20 + $0)) }

  private var rules: [FeatureName: TokenRule] {
    let rules = TokenRuleTests.randomRules(reader.features, seed: 12)
    return Dictionary(
      uniqueKeysWithValues: rules.enumerated().map { (FeatureName(layer: $0 % 3, index: $0), $1) })
  }

  @Test("Counts are those of going through every rule at every place")
  func naive() {
    let scores = RuleCheck(rules, classes: Vocabulary.lexicon.classes).scores(
      reader, contexts, Workers(count: 2))
    #expect(scores.map(\.name) == rules.keys.sorted())
    for score in scores {
      var (counts, mass, held) = (DecisionCounts(), 0.0, 0.0)
      for context in contexts {
        for place in context.indices where reader.counts(place, of: context) {
          let value = Double(reader.value(score.name.index, place, context))
          let says = TokenRuleTests.naive(score.rule, context, place)
          counts += DecisionCounts(answers: [says], truth: [value > 0])
          mass += value
          held += says ? value : 0
        }
      }
      #expect(score.counts == counts && score.mass == mass && score.massHeld == held)
    }
  }

  @Test("Any number of threads counts the same")
  func threads() {
    let check = RuleCheck(rules, classes: Vocabulary.lexicon.classes)
    let one = check.scores(reader, contexts, Workers(count: 1))
    for count in [2, 3, 7] { #expect(check.scores(reader, contexts, Workers(count: count)) == one) }
  }

  @Test("Precision, recall and F1 of counts worked by hand")
  func counts() {
    let counts = DecisionCounts(hits: 6, falseAlarms: 2, rejections: 10, misses: 3)
    #expect(counts.precision == 0.75 && counts.recall == 6.0 / 9 && counts.accuracy == 16.0 / 21)
    #expect(counts.f1 == 12.0 / 17)
    #expect(
      DecisionCounts().precision == nil && DecisionCounts().f1 == nil && DecisionCounts().accuracy == nil)
    #expect(DecisionCounts(misses: 4).f1 == 0 && DecisionCounts(misses: 4).precision == nil)
  }

  @Test("A summary takes features that are active often enough, and counts no rule as 0")
  func summary() {
    let names = (0..<4).map { FeatureName(layer: 0, index: $0) }
    let score = { (place: Int, counts: DecisionCounts) in
      RuleScore(name: names[place], rule: TokenRule(tokens: [1]), counts: counts, massHeld: 3, mass: 4)
    }
    let scores = [
      score(0, DecisionCounts(hits: 4, falseAlarms: 4, rejections: 90, misses: 2)),
      score(1, DecisionCounts(hits: 10, falseAlarms: 0, rejections: 90, misses: 0)),
      score(2, DecisionCounts(hits: 2, falseAlarms: 0, rejections: 98, misses: 0)),
      score(3, DecisionCounts(hits: 0, falseAlarms: 0, rejections: 80, misses: 20)),
    ]
    let judged = (0..<2).map { round in
      FeatureScore(
        name: names[0], method: .sort, judge: "m", round: round, label: "",
        counts: DecisionCounts(hits: round, misses: 1 - round), time: 0)
    }
    let summary = InterpretabilitySummary(scores, ruled: Set(names[0...2]), features: 7, judged: judged)
    #expect(summary.rules.features == 2 && summary.activeWithoutRule == 1 && summary.withRule == 3)
    #expect(summary.rules.precision == 0.75 && summary.rules.recall == (4.0 / 6 + 1) / 2)
    #expect(summary.places == 100 && summary.massRecall == 0.75)
    #expect(abs(summary.f1OfAll - (8.0 / 14 + 1) / 3) < 1e-12)
    #expect(summary.judged.map(\.means.accuracy) == [0.5] && summary.judged[0].means.features == 1)
  }
}
