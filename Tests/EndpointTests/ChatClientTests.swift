import Foundation
import ModelCatalogues
import Testing

@testable import FeatureDashboards

/// A client that is as patient in tries as ours, but not in pauses.
func client(
  _ stub: StubEndpoint, path: String = "", timeout: Duration = .seconds(20), perMinute: Int? = nil,
  key: String? = nil,
  tries: Int = 5
) throws -> ChatClient {
  var policy = TransferPolicy()
  policy.tries = tries
  policy.firstPause = .milliseconds(1)
  policy.longestPause = .seconds(3)
  let endpoint = try ChatEndpoint(address: stub.address + path, model: "judge-1", key: key)
  return ChatClient(endpoint, timeout: timeout, perMinute: perMinute, policy: policy)
}

@Suite("Asking a chat endpoint", .serialized)
struct ChatClientTests {
  private let messages = [EndpointMessage(role: "user", content: "What is a feature?")]

  private func reply(
    _ answer: @escaping @Sendable (StubEndpoint.Request, Int) -> StubEndpoint.Answer,
    timeout: Duration = .seconds(20)
  ) async throws -> (ChatClient.Reply, [StubEndpoint.Request]) {
    try await StubEndpoint.serve(answer) { stub in
      let reply = try await client(stub, timeout: timeout).complete(messages, maxTokens: 50)
      return (reply, stub.requests)
    }
  }

  @Test(
    "The address may be the server's, its /v1, or the whole path",
    arguments: ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
  func addresses(path: String) async throws {
    try await StubEndpoint.serve({ _, _ in .says("yes") }) { stub in
      let reply = try await client(stub, path: path, key: "secret").complete(messages, maxTokens: 5)
      #expect(reply.result == .success("yes") && reply.usage == TokenUsage(requests: 1, input: 10, output: 3))
      #expect(stub.requests.map(\.path) == ["/v1/chat/completions"])
      #expect(
        stub.requests.first?.authorization == "Bearer secret" && stub.requests.first?.model == "judge-1")
    }
  }

  @Test(
    "What is no address is refused",
    arguments: ["", "localhost:80", "ftp://a/b", "http://", "http://a/?b=c", "x y"])
  func badAddress(text: String) {
    #expect(throws: EndpointError.badAddress(text)) { try ChatEndpoint(address: text, model: "m") }
  }

  @Test(
    "After 500, 429 and broken answers it asks again; tokens of broken answers count", .timeLimit(.minutes(1))
  )
  func patience() async throws {
    let (reply, requests) = try await reply { _, number in
      switch number {
      case 1: .status(500)
      case 2: .status(429)
      case 3: .body(Data(#"{"choices": [], "usage": {"prompt_tokens": 7"#.utf8))
      case 4: .body(Data([0xFF, 0xFE, 0x00]))
      default: .says("at last")
      }
    }
    #expect(reply.result == .success("at last") && requests.count == 5)
    // Two answers that cannot be read are estimated from the request: 18 bytes and what goes with a message.
    #expect(reply.usage == TokenUsage(requests: 3, input: 10 + 2 * 9, output: 3, estimated: 2))
  }

  @Test("The pause that the server asks for is kept", .timeLimit(.minutes(1)))
  func retryAfter() async throws {
    let (reply, requests) = try await reply { _, number in
      number == 1 ? .status(429, retryAfter: "1") : .says("now")
    }
    #expect(reply.result == .success("now") && requests.count == 2)
    #expect(requests[1].start - requests[0].start >= .milliseconds(950))
  }

  @Test("A pause that is too long ends the work", .timeLimit(.minutes(1)))
  func longPause() async throws {
    let (reply, requests) = try await reply { _, _ in .status(429, retryAfter: "86400") }
    #expect(reply.result == .failure(.rateLimited(seconds: 86400)) && requests.count == 1)
  }

  @Test(
    "What asking again would not change ends at once, with what the server says", arguments: [400, 401, 404])
  func refusals(status: Int) async throws {
    let body = Data(#"{"error": {"message": "no such\n model"}}"#.utf8)
    let (reply, requests) = try await reply { _, _ in .status(status, body: body) }
    #expect(reply.result == .failure(.refused(status: status, message: "no such model")))
    #expect(requests.count == 1 && reply.usage == TokenUsage())
  }

  @Test("A redirect is not followed", .timeLimit(.minutes(1)))
  func redirect() async throws {
    let (reply, requests) = try await reply { _, _ in .redirect("/elsewhere") }
    #expect(reply.result == .failure(.refused(status: 302, message: "")) && requests.count == 1)
  }

  @Test("A silent server is given up after some tries", .timeLimit(.minutes(1)))
  func silence() async throws {
    let (reply, requests) = try await reply({ _, _ in .silence }, timeout: .milliseconds(100))
    #expect(
      reply.result == .failure(.unreachable(reason: "no answer in time", tries: 5)) && requests.count == 5)
  }

  @Test("A server that is not there is given up after some tries", .timeLimit(.minutes(1)))
  func nobody() async throws {
    let stub = try await StubEndpoint.serve({ _, _ in .silence }) { $0 }
    let reply = try await client(stub).complete(messages, maxTokens: 5)
    guard case .failure(.unreachable(_, tries: 5)) = reply.result else {
      Issue.record("\(reply)")
      return
    }
    #expect(reply.usage == TokenUsage())
  }

  @Test("Pages, huge answers and other nonsense are no completions", .timeLimit(.minutes(1)))
  func nonsense() async throws {
    let bodies = [
      Data("<html><body>Welcome to nginx!</body></html>".utf8), Data(), Data("[1,2]".utf8),
      Data(#"{"choices": [{"message": {"content": null}}]}"#.utf8), Data(repeating: 0x80, count: 1000),
      Data(repeating: 0x20, count: 5 << 20), Data(String(repeating: "[", count: 100_000).utf8),
    ]
    for body in bodies {
      let (reply, requests) = try await reply { _, _ in .body(body) }
      guard case .failure(.unusable(_, tries: 5)) = reply.result else {
        Issue.record("\(body.prefix(40)): \(reply.result)")
        continue
      }
      #expect(requests.count == 5)
    }
  }

  @Test("Usage that cannot be is estimated", .timeLimit(.minutes(1)))
  func hostileUsage() async throws {
    let body = Data(
      #"{"choices": [{"message": {"content": "12345"}}], "usage": {"prompt_tokens": -5, "completion_tokens": 1}}"#
        .utf8)
    let (reply, _) = try await reply { _, _ in .body(body) }
    #expect(
      reply.result == .success("12345")
        && reply.usage == TokenUsage(requests: 1, input: 9, output: 2, estimated: 1))
  }

  @Test("Cancelling ends the wait at once", .timeLimit(.minutes(1)))
  func cancel() async throws {
    try await StubEndpoint.serve({ _, _ in .silence }) { stub in
      let client = try client(stub)
      let task = Task { await client.complete(messages, maxTokens: 5) }
      while stub.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      let start = ContinuousClock.now
      task.cancel()
      #expect(await task.value.result == .failure(.cancelled))
      #expect(ContinuousClock.now - start < .seconds(5))
    }
  }

  @Test("Requests a minute are kept apart", .timeLimit(.minutes(1)))
  func pace() async throws {
    try await StubEndpoint.serve({ _, _ in .says("x") }) { stub in
      let client = try client(stub, perMinute: 300)
      for _ in 0..<4 { _ = await client.complete(messages, maxTokens: 5) }
      let starts = stub.requests.map(\.start)
      for (one, next) in zip(starts, starts.dropFirst()) { #expect(next - one >= .milliseconds(150)) }
    }
  }

  @Test("Errors are one sentence")
  func sentences() {
    let errors: [EndpointError] = [
      .badAddress("x"), .refused(status: 401, message: "no"), .refused(status: 400, message: ""),
      .unreachable(reason: "r", tries: 5), .rateLimited(seconds: 9), .unusable(reason: "r", tries: 5),
      .cancelled,
    ]
    for error in errors { #expect(error.description.hasSuffix(".") && !error.description.contains("\n")) }
  }
}
