import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// A chat server on the loopback interface that answers as a test wants.
struct StubEndpoint: Sendable {
  /// What came.
  struct Request: Sendable, Equatable {
    var path: String
    var authorization: String?
    var model: String
    /// The user's message.
    var text: String
    var start: ContinuousClock.Instant
  }

  /// How a request is answered.
  enum Answer: Sendable {
    /// A completion with this text, and the tokens that it cost; nil for an endpoint that does not tell.
    case says(String, input: Int? = 10, output: Int = 3)
    /// A status.
    case status(Int, retryAfter: String? = nil, body: Data = Data())
    /// Any bytes, as an answer of status 200.
    case body(Data)
    /// No answer within the test.
    case silence
    /// A completion after a while.
    case late(String, Duration)
    /// A redirect.
    case redirect(String)
  }

  /// Where it listens.
  let address: String
  private let log: Mutexed

  /// The requests that came, in order.
  var requests: [Request] { log.requests.withLock { $0 } }

  /// Runs a test against a server; `answer` gets each request and its number from 1 on.
  static func serve<T>(
    _ answer: @escaping @Sendable (Request, Int) -> Answer, _ test: (StubEndpoint) async throws -> T
  ) async throws -> T {
    let log = Mutexed()
    let handler = ClosureHTTPHandler { request in
      let body = try await request.bodyData
      let asked = Request(request, body)
      let number = log.requests.withLock { requests in
        requests.append(asked)
        return requests.count
      }
      return try await respond(answer(asked, number))
    }
    let server = HTTPServer(
      address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled, handler: handler)
    let running = Task { try await server.run() }
    defer { running.cancel() }
    try await server.waitUntilListening()
    guard case .ip4(_, let port) = await server.listeningAddress else {
      throw CocoaError(.featureUnsupported)
    }
    return try await test(StubEndpoint(address: "http://127.0.0.1:\(port)", log: log))
  }

  private static func respond(_ answer: Answer) async throws -> HTTPResponse {
    switch answer {
    case .says(let text, let input, let output):
      return HTTPResponse(statusCode: .ok, body: try completion(text, input: input, output: output))
    case .status(let code, let retryAfter, let body):
      var headers = HTTPHeaders()
      if let retryAfter { headers[HTTPHeader("Retry-After")] = retryAfter }
      return HTTPResponse(statusCode: HTTPStatusCode(code, phrase: "Stub"), headers: headers, body: body)
    case .body(let data): return HTTPResponse(statusCode: .ok, body: data)
    case .silence:
      try await Task.sleep(for: .seconds(30))
      return HTTPResponse(statusCode: .ok)
    case .late(let text, let delay):
      try await Task.sleep(for: delay)
      return HTTPResponse(statusCode: .ok, body: try completion(text, input: 10, output: 3))
    case .redirect(let target):
      let headers: HTTPHeaders = [.location: target]
      return HTTPResponse(statusCode: .found, headers: headers)
    }
  }

  private static func completion(_ text: String, input: Int?, output: Int) throws -> Data {
    var whole: [String: Any] = [
      "object": "chat.completion",
      "choices": [["index": 0, "message": ["role": "assistant", "content": text]] as [String: Any]],
    ]
    if let input { whole["usage"] = ["prompt_tokens": input, "completion_tokens": output] }
    return try JSONSerialization.data(withJSONObject: whole)
  }
}

extension StubEndpoint.Request {
  fileprivate init(_ request: HTTPRequest, _ body: Data) {
    let object = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any]
    let messages = object?["messages"] as? [[String: String]]
    path = request.path
    authorization = request.headers[.authorization]
    model = object?["model"] as? String ?? ""
    text = messages?.last?["content"] ?? ""
    start = .now
  }
}

/// Requests that several connections write down.
final class Mutexed: Sendable {
  let requests = Mutex<[StubEndpoint.Request]>([])
}
