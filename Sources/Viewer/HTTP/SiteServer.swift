import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Takes connections to a site.
///
/// Hummingbird accepts them and speaks HTTP; ``SiteChannel`` bounds what it leaves open.
struct SiteServer {
  let patience: ClientPatience
  /// The most connections at a time; others wait for one to end.
  let connectionLimit: Int

  /// Opens a port and answers until the task is cancelled.
  func run(
    _ site: ViewerSite, on address: ListenAddress, onReady: @escaping @Sendable (UInt16) -> Void
  ) async throws(ViewerError) {
    let place = try address.bindAddress()
    let current = Mutex(site)
    let responder = SiteResponder { current.withLock { $0 } }
    let logger = Logger(label: "viewer") { _ in SwiftLogNoOpLogHandler() }
    let server = Server(
      childChannelSetup: SiteChannel(responder: responder.answer, patience: patience),
      configuration: ServerConfiguration(
        address: place, availableConnectionsDelegate: .maximum(connectionLimit, logger: logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port.flatMap(UInt16.init(exactly:)) ?? address.port
        current.withLock { $0 = $0.listening(on: port) }
        onReady(port)
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    if let error = await Self.run(server, site) { throw Self.failure(error, address.port) }
  }

  /// Serves until the task is cancelled; returns what ended it, or nil.
  private static func run(_ server: Server<SiteChannel>, _ site: ViewerSite) async -> (any Error)? {
    let (ends, end) = AsyncStream<(any Error)?>.makeStream()
    let serving = Task {
      do {
        try await server.run()
        end.yield(nil)
      } catch { end.yield(error) }
    }
    return await withTaskCancellationHandler {
      // A task of its own, because a cancelled one would not wait for the farewell.
      await Task { await ends.first { _ in true } ?? nil }.value
    } onCancel: {
      Task {
        await stop(server, site, serving)
        end.yield(nil)
      }
    }
  }

  /// Ends idle connections at once, the others when they are done or time is up.
  private static func stop(
    _ server: Server<SiteChannel>, _ site: ViewerSite, _ serving: Task<Void, Never>
  ) async {
    Task { try? await server.shutdownGracefully() }
    await site.stop()
    try? await Task.sleep(for: .seconds(1.5))
    serving.cancel()
    try? await Task.sleep(for: .seconds(1))
  }

  private static func failure(_ error: any Error, _ port: UInt16) -> ViewerError {
    guard let error = error as? IOError, error.errnoCode == EADDRINUSE else {
      return .cannotListen(port: port, reason: String(describing: error))
    }
    return .portTaken(port)
  }
}
