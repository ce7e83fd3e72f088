import LinearAlgebra
import Testing

@testable import FeatureDashboards

@Suite("Token rules")
struct TokenRuleTests {
  @Test(
    "The classes of a token",
    arguments: [
      (" 1994", [.number]), ("Paris", [.capitalised]), (" Paris", [.capitalised]), ("NATO", [.capitals]),
      (" I", [.capitalised]), (".", [.punctuation]), (" --", [.punctuation]), ("\n\n", [.lineBreak]),
      ("  ", [.blank]), ("ing", [.continuation]), (" ing", []), (" é", [.accented]), ("中", [.han]),
      ("д", [.otherScript]), ("\u{FFFD}", [.fragment]), ("", [.blank]), (" 3rd", []),
    ] as [(String, [TokenClass])])
  func classes(text: String, expected: [TokenClass]) {
    let classes = TokenClasses(of: text)
    #expect(TokenClass.allCases.filter(classes.contains) == expected, "'\(text)'")
  }

  /// Random rules of every form.
  static func randomRules(_ count: Int, seed: UInt64) -> [TokenRule] {
    var random = SplitMix64(seed: seed)
    let some = { (random: inout SplitMix64) -> [Int] in
      guard random.next() % 2 == 0 else { return [] }
      return (0..<1 + random.next() % 3).map { _ in Int(random.next() % UInt64(Vocabulary.words.count)) }
    }
    return (0..<count).map { _ in
      let kind = random.next() % 3 == 0 ? TokenClass.allCases.randomElement(using: &random) : nil
      return TokenRule(
        tokens: Array(Set(some(&random))), kind: kind, previous: Array(Set(some(&random))),
        earlier: Array(Set(some(&random)).prefix(1)))
    }
  }

  /// What a rule says, word by word.
  static func naive(_ rule: TokenRule, _ text: [Int], _ place: Int) -> Bool {
    if !rule.tokens.isEmpty, !rule.tokens.contains(text[place]) { return false }
    if let kind = rule.kind, !TokenClasses(of: Vocabulary.words[text[place]]).contains(kind) { return false }
    if !rule.previous.isEmpty, place == 0 || !rule.previous.contains(text[place - 1]) { return false }
    let before = (1...16).compactMap { place - $0 >= 0 ? text[place - $0] : nil }
    return rule.earlier.isEmpty || before.contains { rule.earlier.contains($0) }
  }

  @Test("A rule holds where its words say")
  func holds() {
    let text = Vocabulary.text(300, seed: 1)
    for rule in TokenRuleTests.randomRules(200, seed: 2) {
      for place in text.indices {
        let holds = rule.holds(in: text[...], at: place, classes: Vocabulary.lexicon.classes)
        #expect(holds == TokenRuleTests.naive(rule, text, place))
      }
    }
  }

  @Test("A rule of many tokens finds each of them")
  func manyTokens() {
    let rule = TokenRule(tokens: Array(stride(from: 0, to: 30, by: 2)).reversed())
    let held = (0..<32).filter { rule.holds(in: [$0], at: 0, classes: Vocabulary.lexicon.classes) }
    #expect(held == Array(stride(from: 0, to: 30, by: 2)))
  }

  @Test("A sample's shares are those of a count, place by place")
  func sample() {
    let contexts = (0..<5).map { Vocabulary.text(40 + 30 * $0, seed: UInt64($0)) } + [[], [3]]
    let sample = CorpusSample(contexts, Vocabulary.lexicon)
    let total = contexts.reduce(0) { $0 + $1.count }
    #expect(sample.count == total)
    for rule in TokenRuleTests.randomRules(300, seed: 4) + [TokenRule()] {
      let count = contexts.reduce(0) { sum, context in
        sum + context.indices.count { TokenRuleTests.naive(rule, context, $0) }
      }
      #expect(abs(sample.share(of: rule) - Double(count) / Double(total)) < 1e-12, "\(rule)")
    }
    for token in 0..<Vocabulary.words.count {
      let count = contexts.reduce(0) { sum, context in
        sum + context.indices.count { TokenRuleTests.naive(TokenRule(earlier: [token]), context, $0) }
      }
      #expect(abs(sample.shareBehind(token) - Double(count) / Double(total)) < 1e-12)
    }
  }
}
