import Foundation
import Synchronization
import Testing

@testable import FeatureDashboards

@Suite("Labels from an endpoint", .serialized)
struct LabellingTests {
  /// The features that a prompt of the style `tokens` asks about.
  @Sendable static func asked(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("Feature ") }.map { String($0.dropFirst(8)) }
  }

  /// Names every feature that is asked for.
  @Sendable static func table(_ text: String, leaving out: Set<String> = []) -> String {
    let entries = asked(text).filter { !out.contains($0) }.map { "\"\($0)\": \"label of \($0)\"" }
    return "{" + entries.joined(separator: ", ") + "}"
  }

  private func job(_ small: SmallStore, _ style: PromptStyle = .tokens, batch: Int = 4) throws -> LabellingJob
  {
    try LabellingJob(small.names, in: small.store, style: style, model: "judge-1", batch: batch)
  }

  /// Checks that all features have exactly one label of the model, each its own.
  private func expectLabels(_ small: SmallStore, _ names: [FeatureName], style: PromptStyle = .tokens) throws
  {
    let store = try small.reopened()
    let origin = FeatureLabel.Origin.model(name: "judge-1", prompt: style.id)
    #expect(try store.names(labelledBy: origin) == names)
    for name in names {
      let labels = try store.labels(name).filter { $0.origin == origin }
      #expect(labels.map(\.text) == ["label of \(name)"])
    }
  }

  @Test("Every feature gets its label once, and every answer's cost is counted", .timeLimit(.minutes(1)))
  func all() async throws {
    let small = try SmallStore(30)
    try await StubEndpoint.serve({ request, _ in .says(LabellingTests.table(request.text)) }) { stub in
      let summary = try await EndpointRun(client(stub), parallel: 3).run(try job(small))
      #expect(summary.end == nil && summary.progress.answered == 30 && summary.progress.failed == 0)
      #expect(stub.requests.count == 8)
      #expect(summary.progress.usage == TokenUsage(requests: 8, input: 80, output: 24))
    }
    try expectLabels(small, small.names)
    #expect(try small.store.usage(for: "label") == TokenUsage(requests: 8, input: 80, output: 24))
    #expect(try small.store.usage(for: "judge") == TokenUsage())
    #expect(try job(small).items.isEmpty)
  }

  @Test("A sentence from marked examples, one feature a request", .timeLimit(.minutes(1)))
  func sentences() async throws {
    let small = try SmallStore(5)
    let answer = { @Sendable (request: StubEndpoint.Request, _: Int) -> StubEndpoint.Answer in
      let word = request.text.firstMatch(of: /<< word(\d+)>>/).map { String($0.1) } ?? "?"
      return .says("Hm.\n[EXPLANATION]: label of 3/\(word)")
    }
    try await StubEndpoint.serve(answer) { stub in
      let summary = try await EndpointRun(client(stub)).run(try job(small, .examples, batch: 9))
      #expect(summary.progress.answered == 5 && stub.requests.count == 5)
    }
    try expectLabels(small, small.names, style: .examples)
  }

  @Test(
    "Features that a batch leaves out are asked again, alone, and given up after three times",
    .timeLimit(.minutes(1)))
  func partial() async throws {
    let small = try SmallStore(8)
    let answer = { @Sendable (request: StubEndpoint.Request, number: Int) -> StubEndpoint.Answer in
      .says(LabellingTests.table(request.text, leaving: number <= 2 ? ["3/1", "3/6", "3/7"] : ["3/7"]))
    }
    try await StubEndpoint.serve(answer) { stub in
      let summary = try await EndpointRun(client(stub), parallel: 1).run(try job(small))
      #expect(summary.end == nil && summary.progress.answered == 7 && summary.progress.failed == 1)
      let asked = stub.requests.map { LabellingTests.asked($0.text) }
      #expect(asked[0].count == 4 && asked[1].count == 4)
      #expect(asked.dropFirst(2).sorted { $0[0] < $1[0] } == [["3/1"], ["3/6"], ["3/7"], ["3/7"]])
      #expect(summary.progress.usage.requests == 6)
    }
    try expectLabels(small, small.names.filter { $0.index != 7 })
    // The next run asks for what is missing only.
    #expect(try job(small).items == [FeatureName(layer: 3, index: 7)])
  }

  @Test("Labels of features that were not asked for are not taken", .timeLimit(.minutes(1)))
  func others() async throws {
    let small = try SmallStore(4)
    let answer = { @Sendable (request: StubEndpoint.Request, _: Int) -> StubEndpoint.Answer in
      .says(#"{"3/0": "label of 3/0", "3/3": "stolen", "9/9": "from nowhere"}"#)
    }
    try await StubEndpoint.serve(answer) { stub in
      let job = try LabellingJob(
        Array(small.names[..<2]), in: small.store, style: .tokens, model: "judge-1", batch: 2)
      let summary = try await EndpointRun(client(stub), attempts: 2).run(job)
      #expect(summary.progress.answered == 1 && summary.progress.failed == 1)
    }
    try expectLabels(small, [small.names[0]])
  }

  @Test(
    "Stopped in the middle and run again: no label is lost, none is asked for twice", .timeLimit(.minutes(1)))
  func resume() async throws {
    let small = try SmallStore(40)
    let answered = Mutex<[String]>([])
    let stubAnswer = { @Sendable (request: StubEndpoint.Request, number: Int) -> StubEndpoint.Answer in
      // From the ninth request on, the first server is silent.
      number < 9 ? .says(LabellingTests.table(request.text)) : .silence
    }
    var spent = TokenUsage()
    try await StubEndpoint.serve(stubAnswer) { stub in
      let run = EndpointRun(try client(stub), parallel: 3)
      let job = try job(small, batch: 2)
      let task = Task { try await run.run(job) }
      // Eleven requests are out only when eight are answered: three at a time.
      while stub.requests.count < 11 { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      let summary = try await task.value
      #expect(summary.end == .cancelled && summary.progress.answered == 16 && summary.progress.unanswered > 0)
      for request in stub.requests.prefix(8) {
        answered.withLock { $0 += LabellingTests.asked(request.text) }
      }
      spent = summary.progress.usage
    }
    let done = answered.withLock { $0 }
    let names = done.compactMap { FeatureName($0) }.sorted()
    try expectLabels(small, names)
    try await StubEndpoint.serve({ request, _ in .says(LabellingTests.table(request.text)) }) { stub in
      let summary = try await EndpointRun(client(stub), parallel: 3).run(try job(small, batch: 2))
      #expect(summary.end == nil && summary.progress.answered == 24)
      let asked = stub.requests.flatMap { LabellingTests.asked($0.text) }
      #expect(Set(asked).isDisjoint(with: done) && Set(asked).count == asked.count && asked.count == 24)
      spent += summary.progress.usage
    }
    try expectLabels(small, small.names)
    #expect(try small.store.usage(for: "label") == spent && spent.requests == 20)
  }

  @Test("A refusal stops the run, and what came before it stays", .timeLimit(.minutes(1)))
  func refusal() async throws {
    let small = try SmallStore(20)
    let answer = { @Sendable (request: StubEndpoint.Request, number: Int) -> StubEndpoint.Answer in
      number <= 3 ? .says(LabellingTests.table(request.text)) : .status(401)
    }
    try await StubEndpoint.serve(answer) { stub in
      let summary = try await EndpointRun(client(stub), parallel: 1).run(try job(small, batch: 2))
      #expect(summary.end == .refused(status: 401, message: "") && summary.progress.answered == 6)
      #expect(stub.requests.count == 4)
    }
    try expectLabels(small, Array(small.names[..<6]))
  }

  @Test("Whatever fails on the way, all labels come in the end, once", .timeLimit(.minutes(1)))
  func storm() async throws {
    let small = try SmallStore(24)
    let answer = { @Sendable (request: StubEndpoint.Request, number: Int) -> StubEndpoint.Answer in
      switch number % 7 {
      case 0: .status(500)
      case 1: .status(429, retryAfter: "0")
      case 2: .body(Data("<html>".utf8))
      case 3: .says("I cannot help with that.")
      default: .says(LabellingTests.table(request.text))
      }
    }
    try await StubEndpoint.serve(answer) { stub in
      let run = EndpointRun(try client(stub, tries: 50), parallel: 4, attempts: 20)
      let summary = try await run.run(try job(small, batch: 3))
      #expect(summary.end == nil && summary.progress.answered == 24 && summary.progress.failed == 0)
      let completions = stub.requests.indices.count { ![0, 1].contains(($0 + 1) % 7) }
      #expect(summary.progress.usage.requests == completions)
    }
    try expectLabels(small, small.names)
  }

  @Test("A person's label is neither asked for nor overwritten", .timeLimit(.minutes(1)))
  func person() async throws {
    let small = try SmallStore(3)
    let mine = FeatureLabel(text: "mine", origin: .person, evidence: "", time: 1)
    try small.store.label([(name: small.names[1], label: mine)])
    try await StubEndpoint.serve({ request, _ in .says(LabellingTests.table(request.text)) }) { stub in
      let summary = try await EndpointRun(client(stub)).run(try job(small))
      #expect(summary.progress.total == 2 && !stub.requests[0].text.contains("Feature 3/1"))
    }
    #expect(try small.store.labels(small.names[1]) == [mine])
    let late = try LabellingJob(
      [small.names[1]], in: small.store, style: .examples, model: "judge-1", batch: 1)
    #expect(late.items.isEmpty)
    try late.record([small.names[1]: "a model's"], TokenUsage(requests: 1, input: 1, output: 1))
    #expect(try small.store.labels(small.names[1]).map(\.text) == ["mine", "a model's"])
  }

  @Test("An estimate is near what is used")
  func estimate() throws {
    let small = try SmallStore(60)
    let job = try job(small, batch: 10)
    let whole = try stride(from: 0, to: 60, by: 10).reduce(0) { sum, start in
      sum + TokenUsage.tokens(in: try job.messages(for: Array(small.names[start..<start + 10])) ?? [])
    }
    #expect(try EndpointRun.estimate(job) == TokenUsage(requests: 6, input: whole, output: 960, estimated: 6))
    #expect(
      TokenPrice(input: 2, output: 10).cost(of: TokenUsage(requests: 1, input: 1_000_000, output: 50_000))
        == 2.5)
  }
}
