import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One HTTP request whose body goes to a file as it arrives.
struct Transfer: Sendable {
  /// What is asked for.
  let url: URL
  /// The access token, sent to the host of `url` alone.
  let token: String?
  /// The file that is written; it is created when missing.
  let destination: URL
  /// The byte to go on from: the length of what the file already holds.
  let offset: Int64
  /// The byte to stop before, when only a piece is wanted; nil for all that there is.
  let end: Int64?
  /// The most bytes that the file may get.
  let limit: Int64
  /// How many seconds the connection may stay silent.
  let silence: TimeInterval

  /// How a transfer ended.
  enum Outcome: Sendable {
    /// The body arrived, as far as HTTP can tell.
    case arrived
    /// The server answered with another status than 200 or 206.
    case status(Int, retryAfter: String?, errorCode: String?)
    /// The range that was asked for does not lie in the file, or another one came.
    case wrongRange
    /// The body is longer than `limit`.
    case tooLong
    /// The connection failed or ended early.
    case cut(reason: String)
    /// The file could not be written.
    case unwritable(PullError)
    /// The task was cancelled.
    case cancelled
  }

  /// Performs the request.
  ///
  /// 1. A `Range` header asks for what is missing, up to `end`; the content is asked for unencoded.
  /// 2. Status 206 with the right start appends to the file; status 200 means that the server ignores ranges,
  ///    so the file starts again from nothing.
  /// 3. Redirects are followed; the token goes along only to the same scheme, host and port, and a redirect
  ///    from HTTPS to HTTP is not followed.
  /// 4. What comes goes to the file at once.
  ///
  /// - Parameter advanced: Called with the file's length after each write.
  func perform(advanced: @escaping @Sendable (Int64) -> Void) async -> Outcome {
    let file: FileHandle
    do {
      if offset == 0 { try Data().write(to: destination) }
      file = try FileHandle(forUpdating: destination)
      try file.seek(toOffset: UInt64(offset))
    } catch {
      return .unwritable(.fileSystem(error, at: destination))
    }
    defer { try? file.close() }
    let receiver = TransferReceiver(transfer: self, file: file, advanced: advanced)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = silence
    configuration.httpShouldSetCookies = false
    configuration.urlCache = nil
    let session = URLSession(configuration: configuration, delegate: receiver, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    let task = session.dataTask(with: request(to: url))
    return await withTaskCancellationHandler {
      await receiver.outcome(of: task)
    } onCancel: {
      task.cancel()
    }
  }

  /// A request for what is missing, with the token when the target is the host that it is meant for.
  func request(to target: URL) -> URLRequest {
    var request = URLRequest(url: target, cachePolicy: .reloadIgnoringLocalCacheData)
    request.timeoutInterval = silence
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    request.setValue("microscope", forHTTPHeaderField: "User-Agent")
    if offset > 0 || end != nil {
      request.setValue("bytes=\(offset)-\(end.map { String($0 - 1) } ?? "")", forHTTPHeaderField: "Range")
    }
    let isSameHost = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
    if let token, isSameHost { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    return request
  }
}

/// Receives what the session delivers for one transfer.
private final class TransferReceiver: NSObject, URLSessionDataDelegate {
  private struct State {
    var continuation: CheckedContinuation<Transfer.Outcome, Never>?
    /// How the transfer ends if something other than the connection decides it.
    var verdict: Transfer.Outcome?
    var position: Int64
    /// The length that the file has once the announced body is in.
    var expected: Int64?
  }

  private let transfer: Transfer
  private let file: FileHandle
  private let advanced: @Sendable (Int64) -> Void
  private let state: Mutex<State>

  init(transfer: Transfer, file: FileHandle, advanced: @escaping @Sendable (Int64) -> Void) {
    self.transfer = transfer
    self.file = file
    self.advanced = advanced
    state = Mutex(State(position: transfer.offset))
  }

  func outcome(of task: URLSessionDataTask) async -> Transfer.Outcome {
    await withCheckedContinuation { continuation in
      state.withLock { $0.continuation = continuation }
      task.resume()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    guard let target = request.url, target.scheme == "https" || target.scheme == transfer.url.scheme else {
      return completionHandler(nil)
    }
    completionHandler(transfer.request(to: target))
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    let verdict = judge(response)
    state.withLock { $0.verdict = verdict }
    completionHandler(verdict == nil ? .allow : .cancel)
  }

  /// Decides from the response's head; nil means that the body is wanted.
  private func judge(_ response: URLResponse) -> Transfer.Outcome? {
    guard let response = response as? HTTPURLResponse else { return .cut(reason: "not an HTTP answer") }
    switch response.statusCode {
    case 200:
      do { try file.truncate(atOffset: 0) } catch { return unwritable(error) }
      expect(response, from: 0)
      return nil
    case 206:
      let range = response.value(forHTTPHeaderField: "Content-Range") ?? ""
      guard range.hasPrefix("bytes \(transfer.offset)-") else { return .wrongRange }
      expect(response, from: transfer.offset)
      return nil
    case 416:
      return .wrongRange
    default:
      return .status(
        response.statusCode, retryAfter: response.value(forHTTPHeaderField: "Retry-After"),
        errorCode: response.value(forHTTPHeaderField: "X-Error-Code"))
    }
  }

  private func expect(_ response: URLResponse, from position: Int64) {
    let length = response.expectedContentLength
    state.withLock {
      $0.position = position
      $0.expected = length >= 0 ? position.addingReportingOverflow(length).partialValue : nil
    }
  }

  private func unwritable(_ error: any Error) -> Transfer.Outcome {
    .unwritable(.fileSystem(error, at: transfer.destination))
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard state.withLock({ $0.verdict == nil }) else { return }
    var verdict: Transfer.Outcome?
    let position = state.withLock { $0.position } + Int64(data.count)
    if position > transfer.limit {
      verdict = .tooLong
    } else {
      do { try file.write(contentsOf: data) } catch { verdict = unwritable(error) }
    }
    state.withLock {
      $0.verdict = verdict
      if verdict == nil { $0.position = position }
    }
    if verdict == nil { advanced(position) } else { dataTask.cancel() }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let (continuation, outcome) = state.withLock { state in
      let outcome =
        state.verdict ?? Self.outcome(error: error, position: state.position, expected: state.expected)
      let continuation = state.continuation
      state.continuation = nil
      return (continuation, outcome)
    }
    continuation?.resume(returning: outcome)
  }

  private static func outcome(error: (any Error)?, position: Int64, expected: Int64?) -> Transfer.Outcome {
    if let error {
      if (error as? URLError)?.code == .cancelled { return .cancelled }
      return .cut(reason: (error as NSError).localizedDescription)
    }
    if let expected, position < expected {
      return .cut(reason: "the connection ended after \(position) of \(expected) bytes")
    }
    return .arrived
  }
}
