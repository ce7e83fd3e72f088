import Foundation
import LinearAlgebra
import Testing

@testable import FeatureDashboards

@Suite("Scores from an endpoint", .serialized)
struct JudgingTests {
  /// The features of `SmallStore`.
  private struct WordActivity: ActivityReader {
    var count: Int
    func counts(_ place: Int, of tokens: [Int]) -> Bool { true }
    func activity(_ tokens: [Int]) -> [[(name: FeatureName, value: Float)]] {
      tokens.map { token in
        token < count ? [(name: FeatureName(layer: 3, index: token), value: Float(2))] : []
      }
    }
  }

  private func job(
    _ small: SmallStore, _ method: JudgeMethod, rounds: Int = 1
  ) throws -> JudgeJob {
    let items = small.names.flatMap { name in (0..<rounds).map { JudgeItem(name: name, round: $0) } }
    var material = JudgeMaterial.none
    if method == .detection {
      let reader = WordActivity(count: small.names.count)
      material = .silent(
        SilentExcerpts(try small.store.passages(0..<60), names: Set(small.names), reader, Workers(count: 2)))
    }
    return try JudgeJob(method, items, in: small.store, judge: "judge-1", material: material, seed: 3)
  }

  private func label(_ small: SmallStore) throws {
    try small.store.label(
      small.names.map {
        (
          name: $0,
          label: FeatureLabel(text: "says word\($0.index) ", origin: .heuristic, evidence: "", time: 0)
        )
      })
  }

  /// A judge that reads: it finds the word of the description in excerpts.
  @Sendable private static func perfect(_ request: StubEndpoint.Request, _: Int) -> StubEndpoint.Answer {
    guard let word = request.text.firstMatch(of: #/says (word\d+) /#).map({ String($0.1) }) else {
      return .says("?")
    }
    let parts = request.text.split(separator: "\n\n").dropFirst()
    let marked = parts.contains { $0.contains("<<") }
    let answers = parts.map { part in
      let padded = part + " "
      return padded.contains(marked ? "<< \(word)>>" : " \(word) ") ? "1" : "0"
    }
    return .says("[\(answers.joined(separator: ", "))]")
  }

  @Test(
    "A judge that can read scores full marks", .timeLimit(.minutes(1)),
    arguments: [JudgeMethod.detection, .fuzzing])
  func perfect(method: JudgeMethod) async throws {
    let small = try SmallStore(12)
    try label(small)
    try await StubEndpoint.serve(JudgingTests.perfect) { stub in
      let summary = try await EndpointRun(client(stub)).run(try job(small, method))
      #expect(summary.progress.answered == 12 && summary.end == nil)
    }
    let scores = try small.store.scores(method)
    #expect(scores.map(\.name) == small.names && scores.allSatisfy { $0.counts.accuracy == 1 })
    #expect(
      scores.allSatisfy {
        $0.counts.hits == 5 && $0.counts.rejections == 5 && $0.label.hasPrefix("says word")
      })
    #expect(try small.store.usage(for: "judge").requests == 12)
  }

  @Test("A judge that always says yes gets one half", .timeLimit(.minutes(1)))
  func yes() async throws {
    let small = try SmallStore(6)
    try label(small)
    try await StubEndpoint.serve({ _, _ in .says("[1,1,1,1,1,1,1,1,1,1]") }) { stub in
      _ = try await EndpointRun(client(stub)).run(try job(small, .detection))
    }
    let means = try #require(
      InterpretabilitySummary([], ruled: [], features: 6, judged: try small.store.scores(.detection)).judged
        .first)
    #expect(means.means.accuracy == 0.5 && means.means.recall == 1 && means.means.precision == 0.5)
  }

  @Test(
    "Stopped and run again, no score is lost or asked for twice; a new label is judged anew",
    .timeLimit(.minutes(1)))
  func resume() async throws {
    let small = try SmallStore(10)
    try label(small)
    let stopping = { @Sendable (request: StubEndpoint.Request, number: Int) -> StubEndpoint.Answer in
      number <= 4 ? JudgingTests.perfect(request, number) : .status(403)
    }
    try await StubEndpoint.serve(stopping) { stub in
      let summary = try await EndpointRun(client(stub), parallel: 1).run(try job(small, .fuzzing))
      #expect(summary.end == .refused(status: 403, message: ""))
    }
    #expect(try small.store.scores(.fuzzing).count == 4)
    try await StubEndpoint.serve(JudgingTests.perfect) { stub in
      _ = try await EndpointRun(client(stub)).run(try job(small, .fuzzing))
      #expect(stub.requests.count == 6)
    }
    #expect(try small.store.scores(.fuzzing).count == 10 && job(small, .fuzzing).items.isEmpty)
    let better = FeatureLabel(text: "says word0 really", origin: .person, evidence: "", time: 1)
    try small.store.label([(name: small.names[0], label: better)])
    #expect(try job(small, .fuzzing).items == [JudgeItem(name: small.names[0], round: 0)])
  }

  @Test(
    "Sort asks several times for a feature, needs no label, and shows what the judge must know",
    .timeLimit(.minutes(1)))
  func sort() async throws {
    let small = try SmallStore(5)
    let answer = { @Sendable (request: StubEndpoint.Request, _: Int) -> StubEndpoint.Answer in
      let parts = request.text.split(separator: "\n\n")
      let word = parts.last?.firstMatch(of: /<< (word\d+)>>/).map { String($0.1) } ?? "?"
      return .says(parts.first?.contains("<< \(word)>>") == true ? "[1]" : "[2]")
    }
    try await StubEndpoint.serve(answer) { stub in
      let summary = try await EndpointRun(client(stub)).run(try job(small, .sort, rounds: 3))
      #expect(summary.progress.answered == 15 && stub.requests.count == 15)
    }
    let scores = try small.store.scores(.sort)
    #expect(scores.count == 15 && scores.allSatisfy { $0.counts.accuracy == 1 && $0.label.isEmpty })
    #expect(try small.store.scores(of: small.names[2]).map(\.round) == [0, 1, 2])
  }

  @Test("Questions are the same every time")
  func repeatable() throws {
    let small = try SmallStore(4)
    try label(small)
    for method in [JudgeMethod.detection, .fuzzing, .sort] {
      let (first, second) = (try job(small, method), try job(small, method))
      for item in first.items { #expect(try first.question(item) == second.question(item)) }
    }
  }

  @Test("Rules are kept with heuristic labels, and replaced with them")
  func rules() throws {
    let small = try SmallStore(20)
    try small.store.labelByRules(time: 5, Workers(count: 2))
    let rules = try small.reopened().rules()
    for name in small.names {
      #expect(rules[name] == TokenRule(tokens: [name.index]))
      #expect(try small.store.labels(name).map(\.text) == ["fires on ‘word\(name.index)’"])
      #expect(try small.store.labels(name).first?.origin == .heuristic)
    }
    try small.store.write(
      [(name: small.names[4], label: HeuristicLabel(text: "none", evidence: "", rule: nil))], time: 6)
    #expect(try small.store.rule(small.names[4]) == nil && small.store.rules().count == 19)
    let summary = try small.store.interpretability(
      WordActivity(count: 20), [Array(0..<60), SmallStore.passage(3)], Workers(count: 1))
    #expect(summary.withRule == 19 && summary.features == 20 && summary.places == 160)
  }
}
