import Foundation
package import ModelCatalogues

/// Asks a chat endpoint, patiently.
///
/// 1. A request waits for its turn (``EndpointPace``).
/// 2. After 429, 5xx, a timeout, a broken connection or an answer that is no completion it is sent again, after a pause
///    that doubles, or the one that the server asks for, which everybody keeps.
/// 3. What cannot be put right by asking again ends it at once.
public struct ChatClient: Sendable {
  /// The endpoint.
  public let endpoint: ChatEndpoint
  private let policy: TransferPolicy
  private let timeout: Duration
  private let pace: EndpointPace

  /// The most bytes of an answer.
  static let mostBytes = 4 << 20

  /// A client with the usual patience.
  ///
  /// - Parameters:
  ///   - timeout: How long one answer may take.
  ///   - perMinute: The most requests a minute; nil for as many as there are.
  public init(_ endpoint: ChatEndpoint, timeout: Duration = .seconds(120), perMinute: Int? = nil) {
    self.init(endpoint, timeout: timeout, perMinute: perMinute, policy: TransferPolicy())
  }

  /// A client whose patience is given.
  package init(_ endpoint: ChatEndpoint, timeout: Duration, perMinute: Int? = nil, policy: TransferPolicy) {
    self.endpoint = endpoint
    self.timeout = timeout
    self.policy = policy
    pace = EndpointPace(perMinute: perMinute)
  }

  /// An answer, or why there is none, and what it cost either way.
  struct Reply: Sendable {
    var result: Result<String, EndpointError>
    var usage = TokenUsage()
  }

  /// Asks for a completion.
  func complete(_ messages: [EndpointMessage], maxTokens: Int) async -> Reply {
    var usage = TokenUsage()
    var failures = 0
    while true {
      switch await ask(messages, maxTokens, &usage) {
      case .success(let text): return Reply(result: .success(text), usage: usage)
      case .failure(let setback):
        failures += 1
        if let end = setback.end(after: failures, policy) {
          return Reply(result: .failure(end), usage: usage)
        }
        await pace.hold(for: setback.pause ?? .zero)
        do {
          if setback.pause == nil { try await Task.sleep(for: policy.pause(afterFailures: failures)) }
        } catch { return Reply(result: .failure(.cancelled), usage: usage) }
      }
    }
  }

  /// Asks once.
  private func ask(
    _ messages: [EndpointMessage], _ maxTokens: Int, _ usage: inout TokenUsage
  ) async -> Result<String, Setback> {
    guard (try? await pace.turn()) != nil, let request = try? endpoint.request(messages, maxTokens: maxTokens)
    else { return .failure(.final(.cancelled)) }
    let exchange = HTTPExchange(request: request, limit: ChatClient.mostBytes, deadline: timeout)
    let outcome = await exchange.perform()
    guard case .answered(200, _, let body) = outcome else { return .failure(Setback(outcome, policy)) }
    let completion = ChatCompletion.read(body)
    // An answer that cannot be used is paid for, too.
    usage +=
      completion.flatMap(\.usage).map { TokenUsage(requests: 1, input: $0.input, output: $0.output) }
      ?? TokenUsage(
        requests: 1, input: TokenUsage.tokens(in: messages),
        output: TokenUsage.tokens(in: completion?.text ?? ""),
        estimated: 1)
    guard let completion else { return .failure(.unusable("it sends \(ChatClient.glimpse(body))")) }
    return .success(completion.text)
  }

  private static func glimpse(_ body: Data) -> String {
    let problem = ChatCompletion.problem(body.prefix(60))
    return problem == "a web page" ? problem : "‘\(problem)’"
  }
}

/// Why a request brought nothing.
private enum Setback: Error {
  /// Asking again does not help.
  case final(EndpointError)
  /// It may help to ask again.
  case passing(String)
  /// The server says when.
  case busy(seconds: Int)
  /// The answer is none.
  case unusable(String)

  init(_ outcome: HTTPExchange.Outcome, _ policy: TransferPolicy) {
    switch outcome {
    case .cancelled: self = .final(.cancelled)
    case .timedOut: self = .passing("no answer in time")
    case .cut(let reason): self = .passing(reason)
    case .tooLong: self = .unusable("more than \(ChatClient.mostBytes >> 20) MB")
    case .answered(let status, let retryAfter, let body):
      guard [408, 425, 429].contains(status) || (500...599).contains(status) else {
        self = .final(.refused(status: status, message: ChatCompletion.problem(body)))
        return
      }
      let seconds = TransferPolicy.seconds(retryAfter: retryAfter)
      self = seconds.map { .busy(seconds: $0) } ?? .passing("HTTP status \(status)")
    }
  }

  /// The pause that the server asks for.
  var pause: Duration? {
    if case .busy(let seconds) = self { .seconds(seconds) } else { nil }
  }

  /// The error to give up with, if it is time.
  func end(after failures: Int, _ policy: TransferPolicy) -> EndpointError? {
    let isLast = failures >= policy.tries
    switch self {
    case .final(let error): return error
    case .busy(let seconds):
      return isLast || .seconds(seconds) > policy.longestPause ? .rateLimited(seconds: seconds) : nil
    case .passing(let reason): return isLast ? .unreachable(reason: reason, tries: failures) : nil
    case .unusable(let reason): return isLast ? .unusable(reason: reason, tries: failures) : nil
    }
  }
}
