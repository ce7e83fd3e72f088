import LinearAlgebra
import Testing

@testable import FeatureDashboards

@Suite("Questions to a judge")
struct JudgeQuestionTests {
  private let writer = QuestionWriter(texts: Vocabulary.texts)
  /// Without the words that would end an excerpt or look like the feature's.
  private let text = Vocabulary.text(4000, seed: 30).map {
    ["\n", "  ", "Paris"].contains(Vocabulary.words[$0]) ? Vocabulary.token(" cat") : $0
  }

  /// A feature that is active on `Paris`.
  private var feature: FeatureDashboard {
    let places = text.indices.filter { text[$0] == Vocabulary.token(" Paris") }
    return dashboard(
      of: text, activations: Dictionary(uniqueKeysWithValues: places.map { ($0, Float(1 + $0 % 7)) }))
  }

  private var silent: [FeatureExample] {
    (0..<5).map { number in
      FeatureExample(
        passage: 9, start: 0, document: 0, tokens: Array(repeating: 1 + number % 3, count: 33),
        activations: Array(repeating: 0, count: 33), focus: 16)
    }
  }

  @Test(
    "Answers are the last list, of the right length and numbers",
    arguments: [
      ("[1, 0, 1]", [true, false, true]), ("I think [2] first.\n[0,0,1]", [false, false, true]),
      ("```json\n[ 1,1, 0 ]\n```", [true, true, false]),
      ("[1, 0]", nil), ("[1, 0, 1, 1]", nil), ("[1, 0, 2]", nil), ("1 0 1", nil), ("", nil), ("[]", nil),
      ("[1, , 1]", nil), ("]1,0,1[", nil), ("[yes, no, yes]", nil), ("<html>[x]</html>", nil),
      ("[99999999999999999999, 0, 1]", nil),
    ] as [(String, [Bool]?)])
  func answers(text: String, expected: [Bool]?) {
    let truth = [true, false, false]
    let question = JudgeQuestion(messages: [], truth: truth)
    #expect(question.counts(text) == expected.map { DecisionCounts(answers: $0, truth: truth) })
  }

  @Test("A choice takes 1 or 2")
  func choice() {
    let question = JudgeQuestion(messages: [], truth: [false], isChoice: true)
    #expect(question.counts("[2]") == DecisionCounts(rejections: 1))
    #expect(question.counts("[1]") == DecisionCounts(falseAlarms: 1))
    #expect(question.counts("[0]") == nil && question.counts("2") == nil)
  }

  @Test("Detection shows as many excerpts with the feature as without, unmarked, in the order of the truth")
  func detection() throws {
    var random = SplitMix64(seed: 1)
    let question = try #require(
      writer.detection(label: "French capital", active: feature.heldExamples, silent: silent, &random))
    #expect(question.truth.count == 10 && question.truth.count { $0 } == 5)
    let shown = try #require(question.messages.last?.content)
    #expect(shown.contains("French capital") && !shown.contains("<<"))
    let parts = shown.split(separator: "\n\n").dropFirst()
    #expect(parts.map { $0.contains(" Paris") } == question.truth)
    #expect(writer.detection(label: "", active: [], silent: silent, &random) == nil)
    #expect(writer.detection(label: "", active: feature.heldExamples, silent: [], &random) == nil)
  }

  @Test("Fuzzing marks the active tokens in half of the excerpts, and only silent ones in the others")
  func fuzzing() throws {
    var random = SplitMix64(seed: 2)
    let question = try #require(writer.fuzzing(label: "x", active: feature.heldExamples, &random))
    #expect(question.truth.count { $0 } * 2 == question.truth.count)
    let parts = try #require(question.messages.last?.content).split(separator: "\n\n").dropFirst()
    #expect(parts.count == question.truth.count)
    for (part, isRight) in zip(parts, question.truth) {
      let marked = part.split(separator: "<<").dropFirst().compactMap { $0.split(separator: ">>").first }
      #expect(!marked.isEmpty && marked.allSatisfy { $0.contains("Paris") == isRight })
    }
    #expect(writer.fuzzing(label: "x", active: Array(feature.heldExamples.prefix(1)), &random) == nil)
  }

  @Test("Sort and contrastive put the right one first about as often as second")
  func balance() throws {
    var random = SplitMix64(seed: 3)
    var firsts = (sort: 0, contrastive: 0)
    for round in 0..<200 {
      let sort = try #require(writer.sort(feature, feature, round: round, &random))
      let contrastive = try #require(
        writer.contrastive(feature, active: "in Paris", silent: "in Rome", &random))
      let shown = try #require(contrastive.messages.last?.content)
      #expect(
        shown.contains("1. in Paris") == contrastive.truth[0]
          && shown.contains("2. in Rome") == contrastive.truth[0])
      if sort.truth[0] { firsts.sort += 1 }
      if contrastive.truth[0] { firsts.contrastive += 1 }
    }
    #expect((70...130).contains(firsts.sort) && (70...130).contains(firsts.contrastive))
  }

  @Test("Excerpts without a feature are without it, and as many as there are")
  func silentExcerpts() {
    let reader = MadeUpActivity()
    let passages = (0..<6).map { id in
      Passage(
        id: id, tokens: Vocabulary.text(100, seed: UInt64(id)), documents: Array(repeating: 0, count: 100))
    }
    let names = Set((0..<40).map { FeatureName(layer: $0 % 3, index: $0) })
    let excerpts = SilentExcerpts(passages, names: names, reader, Workers(count: 2))
    var random = SplitMix64(seed: 5)
    for name in names {
      for excerpt in excerpts.without(name, count: 3, &random) {
        let whole = reader.activity(passages[excerpt.passage].tokens)[excerpt.start..<excerpt.start + 33]
        #expect(!whole.joined().contains { $0.name == name })
      }
    }
    let none = FeatureName(layer: 2, index: 999)
    #expect(excerpts.without(none, count: 4, &random).count == 4)
    #expect(
      SilentExcerpts([], names: names, reader, Workers(count: 1)).without(none, count: 4, &random).isEmpty)
  }

  @Test("Pairs of prompts: read from text, and the features that tell them apart")
  func pairs() throws {
    #expect(ContrastivePairs.builtIn.pairs.count == 24)
    let read = try #require(ContrastivePairs(text: "# two\na b\tc d\r\n\ne\tf\n"))
    #expect(read == ContrastivePairs([("a b", "c d"), ("e", "f")]))
    for bad in ["", "# x", "a b", "a\tb\tc", "a\tb\nc"] { #expect(ContrastivePairs(text: bad) == nil) }
    let names = (0..<4).map { FeatureName(layer: 0, index: $0) }
    let activity: [String: [FeatureName: Float]] = [
      "a b": [names[0]: 1, names[1]: 4, names[3]: 9], "c d": [names[0]: 2, names[2]: 3], "e": [:],
      "f": [names[1]: 1],
    ]
    let items = read.items(
      { activity[$0] ?? [:] }, greatest: { _ in [names[0]: 2, names[1]: 8, names[2]: 3] }, perPair: 1)
    #expect(
      items.keys.sorted() == [JudgeItem(name: names[1], round: 1), JudgeItem(name: names[2], round: 0)])
    #expect(items[JudgeItem(name: names[2], round: 0)].map { [$0.active, $0.silent] } == ["c d", "a b"])
    #expect(items[JudgeItem(name: names[1], round: 1)].map { [$0.active, $0.silent] } == ["f", "e"])
  }
}
