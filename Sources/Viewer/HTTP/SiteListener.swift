import FlyingSocks
import Foundation
import Synchronization

/// Takes connections to a site.
///
/// FlyingSocks waits for sockets; reading HTTP is done here, because every size and every wait of a client must be
/// bounded, and a failed `accept` must not end the server.
struct SiteListener {
  let patience: ClientPatience
  /// The most connections at a time.
  let connectionLimit: Int
  /// How many seconds open answers get to finish when the server stops.
  private static let farewell = 1.5

  /// Opens a port and answers until the task is cancelled.
  ///
  /// - Parameter makeSite: Makes the site once the port is known.
  func run(
    on address: ListenAddress, makeSite: (UInt16) throws(ViewerError) -> ViewerSite, onReady: (UInt16) -> Void
  ) async throws(ViewerError) {
    let (socket, port) = try address.open()
    let pool = Self.makePool()
    let listening: AsyncSocket
    do {
      try await pool.prepare()
      listening = try AsyncSocket(socket: socket, pool: pool)
    } catch { throw .cannotListen(port: port, reason: String(describing: error)) }
    let site = try makeSite(port)
    let watch = ConnectionWatch(limit: connectionLimit)
    let waiting = Task { try? await pool.run() }
    let minding = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(250))
        watch.endLate()
      }
    }
    onReady(port)
    await withTaskCancellationHandler {
      await accept(listening, site, watch)
    } onCancel: {
      _ = shutdown(socket.file.rawValue, Int32(SHUT_RDWR))
    }
    try? listening.close()
    await site.stop()
    await Self.sayFarewell(watch)
    minding.cancel()
    waiting.cancel()
  }

  private func accept(_ listening: AsyncSocket, _ site: ViewerSite, _ watch: ConnectionWatch) async {
    while !Task.isCancelled {
      do {
        let socket = try await listening.accept()
        guard let id = watch.enter(socket.socket, within: patience.idle) else {
          try? socket.close()
          continue
        }
        // Not a child task: an open answer may finish when the server is told to end.
        Task { [patience] in
          var connection = SiteConnection(socket, site, watch, id: id, patience)
          await connection.run()
        }
      } catch {
        // No descriptor is left, or the client was gone before it was taken: others must end first.
        if !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
      }
    }
  }

  /// Ends idle connections at once, and the others when they are done or time is up.
  private static func sayFarewell(_ watch: ConnectionWatch) async {
    let end = ContinuousClock.now + .seconds(farewell)
    watch.endIdle()
    while watch.count > 0, ContinuousClock.now < end {
      await pause()
      watch.endIdle()
    }
    watch.endAll()
    for _ in 0..<40 where watch.count > 0 { await pause() }
  }

  /// Waits a little, also in a task that is cancelled.
  private static func pause() async {
    await Task.detached { try? await Task.sleep(for: .milliseconds(25)) }.value
  }

  private static func makePool() -> some AsyncSocketPool { .make(maxEvents: 64) }
}

/// Where the server listens.
public struct ListenAddress: Sendable, Equatable {
  /// An IPv4 address of this machine; `0.0.0.0` for all of them.
  public var host: String
  /// The port; 0 lets the operating system choose.
  public var port: UInt16

  /// Names a place.
  public init(host: String = "127.0.0.1", port: UInt16 = 8041) {
    self.host = host
    self.port = port
  }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool { host.hasPrefix("127.") }

  /// Opens the port; returns the socket and the port's number.
  func open() throws(ViewerError) -> (Socket, UInt16) {
    do {
      let address = try sockaddr_in.inet(ip4: host, port: port)
      let socket = try Socket(domain: Int32(sockaddr_in.family))
      do {
        try socket.setValue(true, for: .localAddressReuse)
        try socket.bind(to: address)
        try socket.listen()
        guard case .ip4(_, let port) = try socket.sockname() else { throw SocketError.unsupportedAddress }
        return (socket, port)
      } catch {
        try? socket.close()
        throw error
      }
    } catch { throw failure(error) }
  }

  private func failure(_ error: any Error) -> ViewerError {
    guard case .failed(_, let code, let message) = error as? SocketError else {
      return .cannotListen(port: port, reason: String(describing: error))
    }
    return code == EADDRINUSE ? .portTaken(port) : .cannotListen(port: port, reason: message)
  }
}
