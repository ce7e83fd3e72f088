import Foundation

extension HubClient {
  /// Tries until the file is there.
  ///
  /// 1. Go on from the bytes that are there, unless they are more than there should be.
  /// 2. Long files are asked for in pieces.
  /// 3. A try that brought at least a thousandth of the file further starts the count of failures anew.
  /// 4. After a failure, pause: as long as the server asks for, else twice as long as the last time.
  func perform(
    _ fetch: Fetch, advanced: @escaping @Sendable (Int64) -> Void
  ) async throws(PullError) {
    guard let url = URL(string: fetch.address) else {
      throw .badListing(repository: fetch.repository, problem: "names the unusable path “\(fetch.title)”")
    }
    var failures = 0
    var furthest = fetch.present
    while true {
      if fetch.present > fetch.limit { try? FileManager.default.removeItem(at: fetch.destination) }
      if fetch.bytes != nil, fetch.bytes == fetch.present, fetch.present > 0 { return }
      let transfer = Transfer(
        url: url, token: token, destination: fetch.destination, offset: fetch.present,
        end: fetch.end(piece: policy.piece), limit: fetch.limit, silence: policy.silence)
      let outcome = await transfer.perform(advanced: advanced)
      if case .arrived = outcome {
        if fetch.isComplete { return }
        if fetch.present == transfer.end { continue }
      }
      let gained = fetch.present - furthest
      let isFurther = gained > 0 && gained.multipliedReportingOverflow(by: 1000).partialValue >= fetch.limit
      furthest = max(furthest, fetch.present)
      failures = isFurther ? 1 : failures + 1
      try await pause(after: outcome, failures: failures, of: fetch)
    }
  }

  /// Waits before the next try, or throws when there should be none.
  private func pause(
    after outcome: Transfer.Outcome, failures: Int, of fetch: Fetch
  ) async throws(PullError) {
    if Task.isCancelled { throw .cancelled }
    let reason: String
    var pause = policy.pause(afterFailures: failures)
    switch outcome {
    case .arrived:
      reason = "only \(fetch.present) of \(fetch.limit) bytes came"
    case .cut(let why):
      reason = why
    case .wrongRange:
      try? FileManager.default.removeItem(at: fetch.destination)
      reason = "the server answered with another part of the file"
    case .status(let status, let retryAfter, let errorCode):
      try refuse(status, errorCode: errorCode, fetch: fetch)
      reason = "HTTP status \(status)"
      if let seconds = TransferPolicy.seconds(retryAfter: retryAfter) {
        guard .seconds(seconds) <= policy.longestPause else {
          throw .rateLimited(host: host, seconds: seconds)
        }
        pause = .seconds(seconds)
      }
    case .tooLong: throw tooLong(fetch)
    case .unwritable(let error): throw error
    case .cancelled: throw .cancelled
    }
    guard failures < policy.tries else {
      throw .unreachable(host: host, file: fetch.title, reason: reason, tries: failures)
    }
    do { try await Task.sleep(for: pause) } catch { throw .cancelled }
  }

  /// Throws for a status that repeating does not change.
  private func refuse(_ status: Int, errorCode: String?, fetch: Fetch) throws(PullError) {
    switch status {
    case 401, 403:
      // The hub hides what a visitor may not see, so an unknown repository answers 401 too; its error code tells.
      if errorCode == "RepoNotFound", token != nil {
        throw .notFound(repository: fetch.repository, file: fetch.file)
      }
      throw .gated(repository: fetch.repository, tokenGiven: token != nil)
    case 404:
      throw .notFound(repository: fetch.repository, file: fetch.file)
    case 408, 425, 429, 500...599:
      return
    default:
      throw .refused(host: host, status: status, file: fetch.title)
    }
  }

  private func tooLong(_ fetch: Fetch) -> PullError {
    try? FileManager.default.removeItem(at: fetch.destination)
    guard let bytes = fetch.bytes, let file = fetch.file else {
      return .badListing(repository: fetch.repository, problem: "is longer than \(fetch.limit) bytes")
    }
    return .tooLong(file: file, expected: bytes)
  }
}
