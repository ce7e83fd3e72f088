import Foundation
import GraphFiles
import Synchronization

/// Long work that a client follows.
final class LiveJob: Sendable {
  /// What kind of work it is.
  enum Kind: String, Encodable {
    case trace
    case intervention
    case study
  }

  /// Where it stands.
  enum State: String, Encodable {
    case waiting, running, done, failed, cancelled

    var isEnd: Bool { self == .done || self == .failed || self == .cancelled }
  }

  /// A job as its followers see it.
  struct Status: Encodable {
    var id: String
    var kind: Kind
    var state: State
    var title: String
    var created: Int64
    var waiting = 0
    var phase = ""
    var done = 0
    var total = 0
    var coverage: Double?
    var result: JSONValue?
    var error: APIError?
  }

  private struct Inner {
    var status: Status
    var version = 0
    var isCancelled = false
    var ended: Date?
  }

  let id: String
  private let inner: Mutex<Inner>

  init(_ kind: Kind, title: String) {
    id = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    inner = Mutex(
      Inner(
        status: Status(
          id: id, kind: kind, state: .waiting, title: String(title.prefix(200)),
          created: Int64(Date().timeIntervalSince1970 * 1000))))
  }

  var status: Status { inner.withLock(\.status) }
  /// Grows with every change.
  var version: Int { inner.withLock(\.version) }
  /// When it ended, or nil.
  var ended: Date? { inner.withLock(\.ended) }

  /// Notes progress; returns whether to go on.
  func report(_ progress: JobProgress) -> Bool {
    change {
      $0.phase = progress.phase
      $0.done = progress.done
      $0.total = progress.total
      $0.coverage = progress.coverage ?? $0.coverage
    }
  }

  /// Does the work and notes how it ended.
  func run(_ work: () throws(APIError) -> JSONValue) {
    guard change({ $0.state = .running }) else { return end(.cancelled) }
    do throws(APIError) {
      let result = try work()
      end(.done) { $0.result = result }
    } catch {
      end(error.code == .cancelled ? .cancelled : .failed) {
        $0.error = error.code == .cancelled ? nil : error
      }
    }
  }

  /// Asks the work to end.
  func cancel() { inner.withLock { $0.isCancelled = true } }

  /// Ends a job that never ran.
  func drop(_ error: APIError) { end(error.code == .cancelled ? .cancelled : .failed) { $0.error = error } }

  private func end(_ state: State, _ body: (inout Status) -> Void = { _ in }) {
    inner.withLock { inner in
      guard !inner.status.state.isEnd else { return }
      body(&inner.status)
      inner.status.state = state
      inner.status.waiting = 0
      inner.version += 1
      inner.ended = Date()
    }
  }

  /// Changes what is told; returns whether the work may go on.
  @discardableResult
  private func change(_ body: (inout Status) -> Void) -> Bool {
    inner.withLock { inner in
      body(&inner.status)
      inner.version += 1
      return !inner.isCancelled
    }
  }
}
