package import Foundation

/// How a file is asked for: in which pieces, how often, and after which pauses.
package struct TransferPolicy: Sendable, Hashable {
  /// How many tries in a row may fail without getting further.
  package var tries = 5
  /// The pause after the first failure; it doubles with each further one.
  package var firstPause = Duration.seconds(1)
  /// The longest pause, also when the server asks for one.
  package var longestPause = Duration.seconds(120)
  /// The most bytes that one request asks for: what memory can hold when the network outruns the disk, because
  /// the system's HTTP client does not slow a sender down.
  package var piece: Int64 = 128 << 20
  /// How many seconds a connection may stay silent.
  package var silence: TimeInterval = 60

  /// The standard policy.
  package init() {}

  /// The pause after so many failures in a row (1 after the first).
  package func pause(afterFailures failures: Int) -> Duration {
    min(longestPause, firstPause * (1 << min(max(failures, 1) - 1, 10)))
  }

  /// The seconds that a `Retry-After` header asks for: a number of seconds or an HTTP date (RFC 9110 §10.2.3).
  package static func seconds(retryAfter header: String?, now: Date = Date()) -> Int? {
    guard let text = header?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
    if let seconds = Int(text) { return max(0, seconds) }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    guard let date = format.date(from: text) else { return nil }
    return Int(min(max(0, date.timeIntervalSince(now).rounded(.up)), 1e9))
  }
}
