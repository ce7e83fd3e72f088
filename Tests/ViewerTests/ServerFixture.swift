import FlyingSocks
import Foundation
import Testing
import Viewer

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A server on a free port of the loopback.
struct ServerFixture: Sendable {
  let address: URL
  let directory: URL

  var port: UInt16 { UInt16(address.port ?? 0) }
  var host: String { "127.0.0.1:\(port)" }

  /// Runs a body against a server, then cancels the server and waits for its end.
  static func with(
    _ files: [String: String] = [:], live: (any LiveModel)? = nil,
    patience: ClientPatience = ClientPatience(),
    body: @escaping @Sendable (ServerFixture) async throws -> Void
  ) async throws {
    try await TemporaryGraphs.with(files) { directory in
      let (addresses, ready) = AsyncStream<URL>.makeStream()
      var contents = ViewerContents(graphDirectory: directory)
      contents.live = live
      var server = ViewerServer(contents, address: ListenAddress(port: 0))
      server.patience = patience
      let serving = Task { [server] in
        defer { ready.finish() }
        try await server.run { ready.yield($0) }
      }
      var iterator = addresses.makeAsyncIterator()
      let address = try #require(await iterator.next())
      do { try await body(ServerFixture(address: address, directory: directory)) } catch {
        serving.cancel()
        throw error
      }
      serving.cancel()
      try await serving.value
    }
  }

  /// Asks through a client library.
  func ask(
    _ path: String = "/", method: String = "GET", headers: [String: String] = [:], body: Data? = nil
  ) async throws -> (status: Int, data: Data) {
    var request = URLRequest(url: try #require(URL(string: path, relativeTo: address)))
    request.httpMethod = method
    request.httpBody = body
    request.cachePolicy = .reloadIgnoringLocalCacheData
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let session = URLSession(configuration: .ephemeral)
    defer { session.finishTasksAndInvalidate() }
    let (data, response) = try await session.data(for: request)
    return (try #require(response as? HTTPURLResponse).statusCode, data)
  }

  /// Starts a trace; returns its job's name.
  func startTrace() async throws -> String {
    let (status, data) = try await ask(
      "/api/v1/traces", method: "POST",
      headers: ["Content-Type": "application/json", "X-Microscope": "1"], body: Data(#"{"text":"x"}"#.utf8))
    #expect(status == 202)
    return String(try #require(String(decoding: data, as: UTF8.self).firstMatch(of: /"id":"(\w+)"/)?.1))
  }

  /// Opens a connection.
  func connect() throws -> RawClient { try RawClient(port: port) }

  /// Sends bytes as they are, which no client library would, and returns all that comes until the end.
  func exchange(_ raw: Data) async throws -> String {
    try await withBlocking {
      let client = try connect()
      defer { client.close() }
      client.send(raw)
      return client.readAll()
    }
  }

  func exchange(_ raw: String) async throws -> String { try await exchange(Data(raw.utf8)) }

  /// Does blocking work without taking one of the few threads that tasks share.
  func withBlocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }
}

/// A blocking connection to a port of the loopback.
struct RawClient: Sendable {
  private let socket: Socket

  init(port: UInt16) throws {
    socket = try Socket(domain: AF_INET)
    try socket.connect(to: sockaddr_in.inet(ip4: "127.0.0.1", port: port))
    var time = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      socket.file.rawValue, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Sends bytes; returns how many the other side took before it ended the connection.
  @discardableResult
  func send(_ data: Data) -> Int {
    var sent = data.startIndex
    while sent < data.endIndex, let next = try? socket.write(data, from: sent) { sent = next }
    return sent - data.startIndex
  }

  func send(_ text: String) { send(Data(text.utf8)) }

  /// Tells the other side that nothing more is sent.
  func endSending() { _ = shutdown(socket.file.rawValue, Int32(SHUT_WR)) }

  /// Reads until the other side ends the connection.
  func readAll() -> String {
    var bytes: [UInt8] = []
    while let piece = try? socket.read(atMost: 65_536) { bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a little.
  func readSome() -> String {
    (try? socket.read(atMost: 65_536)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func close() { try? socket.close() }
}
