import HummingbirdCore
import NIOCore

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

  /// The place to bind to; nothing is looked up by name.
  func bindAddress() throws(ViewerError) -> BindAddress {
    guard case .v4 = try? SocketAddress(ipAddress: host, port: Int(port)) else {
      throw .cannotListen(port: port, reason: "'\(host)' is not an IPv4 address in numbers")
    }
    return .hostname(host, port: Int(port))
  }
}
