import Dispatch
import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Calls back on Ctrl-C instead of ending the process, until it is stopped.
struct Interrupt {
  private let source: any DispatchSourceSignal

  init(_ action: @escaping @Sendable () -> Void) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { action() }
    source.resume()
  }

  /// Gives Ctrl-C its usual meaning back.
  func stop() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}
