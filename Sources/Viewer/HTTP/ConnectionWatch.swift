import FlyingSocks
import Foundation
import Synchronization

/// Ends connections that keep the server waiting.
///
/// A connection that must do something by some time registers its deadline. Sockets past it are shut down, which wakes
/// whoever waits for them with an end of file; nothing is cancelled, and no descriptor is closed by anyone but its owner.
final class ConnectionWatch: Sendable {
  private struct Entry {
    let socket: Socket
    var deadline: ContinuousClock.Instant
    /// Whether no request is being read or answered.
    var isIdle = true
  }

  private let entries = Mutex<[Int: Entry]>([:])
  private let lastID = Atomic<Int>(0)
  /// The most connections at a time.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Takes a connection up; nil when there are too many.
  func enter(_ socket: Socket, within seconds: Double) -> Int? {
    let id = lastID.add(1, ordering: .relaxed).newValue
    return entries.withLock { entries in
      guard entries.count < limit else { return nil }
      entries[id] = Entry(socket: socket, deadline: .now + .seconds(seconds))
      return id
    }
  }

  /// Gives a connection time until the next thing that it must do.
  func extend(_ id: Int, by seconds: Double, isIdle: Bool = false) {
    entries.withLock { entries in
      entries[id]?.deadline = .now + .seconds(seconds)
      entries[id]?.isIdle = isIdle
    }
  }

  /// Forgets a connection; its owner closes the socket afterwards.
  func leave(_ id: Int) { entries.withLock { _ = $0.removeValue(forKey: id) } }

  /// The number of connections.
  var count: Int { entries.withLock(\.count) }

  /// Ends the connections that are late.
  func endLate() {
    let now = ContinuousClock.now
    end { $0.deadline < now }
  }

  /// Ends the connections on which nothing is asked.
  func endIdle() { end(where: \.isIdle) }

  /// Ends all connections.
  func endAll() { end { _ in true } }

  private func end(where isDue: (Entry) -> Bool) {
    entries.withLock { entries in
      for entry in entries.values where isDue(entry) {
        _ = shutdown(entry.socket.file.rawValue, Int32(SHUT_RDWR))
      }
    }
  }
}
