import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What Ctrl-C, or being told to end, does from now on, until it is stopped; one at a time.
///
/// The signals are watched from the first interrupt to the end of the process: a watch that is given up and taken up
/// again gets no signals on Linux.
struct Interrupt {
  private static let action = Mutex<(@Sendable () -> Void)?>(nil)
  private static let queue = DispatchQueue(label: "interrupt")
  private nonisolated(unsafe) static let sources = [SIGINT, SIGTERM].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    source.setEventHandler {
      if let action = Interrupt.action.withLock({ $0 }) { action() } else { Interrupt.end(number) }
    }
    source.resume()
    return source
  }

  /// Calls `action` instead of ending the process; with nil it ends as usual, but with the progress line cleared.
  init(_ action: (@Sendable () -> Void)?) {
    Interrupt.action.withLock { $0 = action }
    _ = unsafe Interrupt.sources
  }

  /// Runs `body` to its end even when a signal comes meanwhile, so that no half-written file stays behind.
  func finishing<Value>(_ body: () throws -> Value) rethrows -> Value {
    try Interrupt.queue.sync(execute: body)
  }

  /// Gives the signals their usual meaning back.
  func stop() { Interrupt.action.withLock { $0 = nil } }

  /// Ends the process as the signal does by itself.
  private static func end(_ number: Int32) {
    Terminal.progress("")
    signal(number, SIG_DFL)
    // To this thread, as the watch could take away what is sent to the whole process.
    var signals = sigset_t()
    _ = unsafe sigemptyset(&signals)
    _ = unsafe sigaddset(&signals, number)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(number)
    _exit(128 + number)
  }
}
