import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One HTTP request whose answer is kept in memory, up to a size and within a time.
struct HTTPExchange: Sendable {
  let request: URLRequest
  /// The most bytes that are taken.
  let limit: Int
  /// How long the whole exchange may take.
  let deadline: Duration

  /// How an exchange ended.
  enum Outcome: Sendable, Equatable {
    case answered(status: Int, retryAfter: String?, body: Data)
    case tooLong
    case timedOut
    case cut(reason: String)
    case cancelled
  }

  /// Performs the request; redirects are not followed, because the key is for this address alone.
  func perform() async -> Outcome {
    guard !Task.isCancelled else { return .cancelled }
    let receiver = ExchangeReceiver(limit: limit)
    let configuration = URLSessionConfiguration.ephemeral
    let seconds = deadline / .seconds(1)
    configuration.timeoutIntervalForRequest = seconds + 30
    configuration.httpShouldSetCookies = false
    configuration.urlCache = nil
    let session = URLSession(configuration: configuration, delegate: receiver, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    let task = session.dataTask(with: request)
    let clock = Task {
      try await Task.sleep(for: deadline)
      receiver.end(task, with: .timedOut)
    }
    defer { clock.cancel() }
    return await withTaskCancellationHandler {
      await receiver.outcome(of: task)
    } onCancel: {
      receiver.end(task, with: .cancelled)
    }
  }
}

/// Receives what the session delivers for one exchange.
private final class ExchangeReceiver: NSObject, URLSessionDataDelegate {
  private struct State {
    var continuation: CheckedContinuation<HTTPExchange.Outcome, Never>?
    var verdict: HTTPExchange.Outcome?
    var head: (status: Int, retryAfter: String?)?
    var body = Data()
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  func outcome(of task: URLSessionDataTask) async -> HTTPExchange.Outcome {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        state.continuation = continuation
        return state.verdict != nil
      }
      task.resume()
      if hasEnded { task.cancel() }
    }
  }

  /// Ends the exchange at once; the first verdict counts.
  func end(_ task: URLSessionTask, with verdict: HTTPExchange.Outcome) {
    state.withLock { $0.verdict = $0.verdict ?? verdict }
    task.cancel()
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    state.withLock {
      $0.verdict = $0.verdict ?? .answered(status: response.statusCode, retryAfter: nil, body: Data())
    }
    completionHandler(nil)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    if let response = response as? HTTPURLResponse {
      let retryAfter = response.value(forHTTPHeaderField: "Retry-After")
      state.withLock { $0.head = (response.statusCode, retryAfter) }
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLong = state.withLock { state in
      guard state.body.count + data.count <= limit else { return true }
      state.body += data
      return false
    }
    if isTooLong { end(dataTask, with: .tooLong) }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let (continuation, outcome) = state.withLock { state in
      let continuation = state.continuation
      state.continuation = nil
      return (continuation, state.verdict ?? Self.outcome(state.head, state.body, error))
    }
    continuation?.resume(returning: outcome)
  }

  private static func outcome(
    _ head: (status: Int, retryAfter: String?)?, _ body: Data, _ error: (any Error)?
  ) -> HTTPExchange.Outcome {
    if let error {
      if (error as? URLError)?.code == .timedOut { return .timedOut }
      return .cut(reason: (error as NSError).localizedDescription)
    }
    guard let head else { return .cut(reason: "not an HTTP answer") }
    return .answered(status: head.status, retryAfter: head.retryAfter, body: body)
  }
}
