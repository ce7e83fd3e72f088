import LinearAlgebra
import Testing

@testable import FeatureDashboards

@Suite("Heuristic labels")
struct HeuristicLabelTests {
  private let text = Vocabulary.text(20_000, seed: 7)

  private var labeller: HeuristicLabeller {
    HeuristicLabeller(
      CorpusSample([Vocabulary.text(20_000, seed: 8)], Vocabulary.lexicon), Vocabulary.lexicon)
  }

  /// Labels a feature that is active where a condition holds.
  private func label(
    effects: TokenEffects = TokenEffects(top: [], bottom: []), where condition: (Int) -> Float?
  ) -> HeuristicLabel {
    var activations: [Int: Float] = [:]
    for place in 1..<text.count { activations[place] = condition(place) }
    return labeller.label(dashboard(of: text, activations: activations, effects: effects))
  }

  @Test("Tokens: the rule has their ids, the label their words once")
  func tokens() {
    let label = label {
      switch Vocabulary.words[text[$0]] {
      case "Paris", " Paris": 3
      case " France": 1
      default: nil
      }
    }
    #expect(label.rule == TokenRule(tokens: Vocabulary.tokens(" Paris", "Paris", " France")))
    #expect(label.text == "fires on ‘Paris’, ‘France’")
    #expect(label.evidence.hasPrefix("100% of its activation is there, and about "))
  }

  @Test("A class of tokens, when no few tokens will do")
  func kind() {
    let capitalised = Vocabulary.lexicon.classes.indices.filter {
      Vocabulary.lexicon.classes[$0].contains(.capitalised)
    }
    // Each of them as strong, so that the first ones have only their share.
    let label = label { capitalised.contains(text[$0]) ? 1 : nil }
    #expect(label.rule?.kind == .capitalised || Set(label.rule?.tokens ?? []) == Set(capitalised))
    let digits = self.label { Vocabulary.lexicon.classes[text[$0]].contains(.number) ? 1 : nil }
    #expect(digits.rule == TokenRule(tokens: Vocabulary.tokens(" 1994", " 12")))
  }

  @Test("The token before")
  func previous() {
    let label = label { text[$0 - 1] == Vocabulary.token(" in") ? 1 : nil }
    #expect(label.rule == TokenRule(previous: Vocabulary.tokens(" in")))
    #expect(label.text == "fires after ‘in’")
  }

  @Test("A token with another one before it, which neither alone tells")
  func pair() {
    let label = label {
      text[$0] == Vocabulary.token(" the") && text[$0 - 1] == Vocabulary.token(" of") ? 1 : nil
    }
    #expect(label.rule == TokenRule(tokens: Vocabulary.tokens(" the"), previous: Vocabulary.tokens(" of")))
    #expect(label.text == "fires on ‘the’ after ‘of’")
  }

  @Test("A token shortly before")
  func earlier() {
    let court = Vocabulary.token(" court")
    // A text in which the word is rare.
    var rare = Vocabulary.text(20_000, seed: 9).map { $0 == court ? 1 : $0 }
    for place in stride(from: 50, to: rare.count, by: 400) { rare[place] = court }
    var activations: [Int: Float] = [:]
    for place in 17..<rare.count where rare[(place - 16)..<place].contains(court) { activations[place] = 1 }
    let labeller = HeuristicLabeller(CorpusSample([rare], Vocabulary.lexicon), Vocabulary.lexicon)
    let label = labeller.label(dashboard(of: rare, activations: activations))
    #expect(label.rule == TokenRule(earlier: [court]))
    #expect(label.text == "fires with ‘court’ shortly before")
  }

  @Test("Some of the places of a common token are called some")
  func some() {
    let label = label { text[$0] == Vocabulary.token(" the") && $0 % 3 == 0 ? 1 : nil }
    #expect(label.text == "fires on some ‘the’")
    #expect(label.evidence.contains("about 3"))
  }

  @Test("Places at random have no simple rule, and no rule to check")
  func random() {
    var random = SplitMix64(seed: 3)
    let label = label { _ in random.next() % 50 == 0 ? Float(random.next() % 100) / 10 + 0.1 : nil }
    #expect(label.rule == nil && label.text == "no simple rule; most on ‘the’")
    let dense = self.label { _ in random.next() % 4 == 0 ? 1 : nil }
    #expect(dense.rule == nil && dense.text.hasPrefix("active at 25% of all tokens, no simple rule"))
  }

  @Test("A feature that is never active, and one that is too rarely")
  func rare() {
    let never = label { _ in nil }
    #expect(never.text == "never active in the corpus" && never.rule == nil)
    let rare = label { $0 < 4 ? 1 : nil }
    #expect(rare.text.hasPrefix("too rare to tell: ‘") && rare.rule == nil)
    #expect(rare.evidence == "active at 3 positions")
  }

  private func effects(_ values: [(String, Float)]) -> TokenEffects {
    TokenEffects(top: values.map { .init(token: Vocabulary.token($0.0), value: $0.1) }, bottom: [])
  }

  @Test("What it says: spellings of one word, outliers, and nothing when effects are spread")
  func says() {
    let rest = [" cat", " dog", " runs", " to", " went", " said", ".", ",", " of", " in"]
    let even = effects(rest.map { ($0, 0.2) })
    let spelled = effects(
      [(" French", 0.3), (" french", 0.25), ("French", 0.25)] + rest.prefix(7).map { ($0, 0.24) })
    let outlier = effects([(" London", 0.9), (" Paris", 0.8)] + rest.prefix(8).map { ($0, 0.3) })
    let paris = { (place: Int) in text[place] == Vocabulary.token(" Paris") ? Float(1) : nil }
    #expect(label(effects: even, where: paris).text == "fires on ‘Paris’")
    let first = label(effects: spelled, where: paris)
    #expect(first.text == "fires on ‘Paris’ · says ‘French’")
    #expect(first.evidence.hasSuffix("; 3 of the 8 tokens that it raises most are spellings of ‘French’"))
    let second = label(effects: outlier, where: paris)
    #expect(second.text == "fires on ‘Paris’ · says ‘London’, ‘Paris’")
    #expect(second.evidence.hasSuffix("; its output raises ‘London’ 3.0 times as much as the eighth token"))
  }

  @Test("A dashboard without examples or with damaged numbers gets an honest label")
  func empty() {
    var bare = FeatureDashboard(name: FeatureName(layer: 0, index: 0))
    #expect(labeller.label(bare).text == "never active in the corpus")
    bare.activePositions = 100
    bare.density = 0.01
    #expect(labeller.label(bare).text == "no simple rule")
    bare.meanActivation = .nan
    bare.density = .nan
    #expect(labeller.label(bare).rule == nil)
  }
}
