import FlyingSocks
import Foundation
import Testing
import Viewer

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite("The viewer's server")
struct ViewerServerTests {
  /// Runs a body against a server on a free port, then cancels the server and waits for its end.
  private func withServer(
    _ files: [String: String] = [:], body: @escaping @Sendable (URL) async throws -> Void
  ) async throws {
    try await TemporaryGraphs.with(files) { directory in
      let (addresses, ready) = AsyncStream<URL>.makeStream()
      let serving = Task {
        defer { ready.finish() }
        try await ViewerServer(graphDirectory: directory, port: 0).run { ready.yield($0) }
      }
      var addressIterator = addresses.makeAsyncIterator()
      let address = try #require(await addressIterator.next())
      do { try await body(address) } catch {
        serving.cancel()
        throw error
      }
      serving.cancel()
      try await serving.value
    }
  }

  private func ask(
    _ url: URL, method: String = "GET", headers: [String: String] = [:], body: Data? = nil
  ) async throws -> (HTTPURLResponse, Data) {
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.httpBody = body
    request.cachePolicy = .reloadIgnoringLocalCacheData
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let session = URLSession(configuration: .ephemeral)
    defer { session.finishTasksAndInvalidate() }
    let (data, response) = try await session.data(for: request)
    return (try #require(response as? HTTPURLResponse), data)
  }

  /// Sends bytes as they are, which no client library would, and returns the status line.
  private func statusLine(of raw: String, at address: URL) async throws -> String {
    let port = UInt16(try #require(address.port))
    let socket = try await AsyncSocket.connected(to: sockaddr_in.inet(ip4: "127.0.0.1", port: port))
    defer { try? socket.close() }
    try await socket.write(Data(raw.utf8))
    var line: [UInt8] = []
    while let byte = try? await socket.read(), byte != 13 { line.append(byte) }
    return String(decoding: line, as: UTF8.self)
  }

  @Test("The page, its files, and the graphs are served")
  func routes() async throws {
    let small = try TemporaryGraphs.small()
    try await withServer(["small.json": small]) { address in
      #expect(address.host == "127.0.0.1")
      let (page, html) = try await ask(address)
      #expect(page.statusCode == 200)
      #expect(String(decoding: html, as: UTF8.self).contains("<title>Microscope</title>"))
      let (_, graph) = try await ask(address.appendingPathComponent("api/graphs/small"))
      #expect(graph == Data(small.utf8))
      let (missing, sentence) = try await ask(address.appendingPathComponent("api/graphs/other"))
      #expect(missing.statusCode == 404)
      #expect(String(decoding: sentence, as: UTF8.self) == "There is nothing here; the viewer starts at /.\n")
    }
  }

  @Test("A graph that is made while the server runs is found")
  func laterGraphs() async throws {
    let small = try TemporaryGraphs.small()
    try await TemporaryGraphs.with([:]) { directory in
      let site = try ViewerSite(graphDirectory: directory)
      let request = SiteRequest(path: "/api/graphs/small", host: "localhost:5")
      #expect(site.response(to: request, port: 5).status == 404)
      try Data(small.utf8).write(to: directory.appendingPathComponent("small.json"))
      #expect(site.response(to: request, port: 5).status == 200)
    }
  }

  @Test("HEAD tells the length and sends no body")
  func head() async throws {
    try await withServer(["small.json": try TemporaryGraphs.small()]) { address in
      for path in ["", "assets/app.js", "api/graphs", "api/graphs/small"] {
        let (whole, data) = try await ask(address.appendingPathComponent(path))
        let (head, nothing) = try await ask(address.appendingPathComponent(path), method: "HEAD")
        #expect(whole.statusCode == 200 && head.statusCode == 200)
        #expect(nothing.isEmpty)
        #expect(head.value(forHTTPHeaderField: "Content-Length") == String(data.count))
      }
    }
  }

  @Test("An entity tag is answered with 304")
  func notModified() async throws {
    try await withServer { address in
      let (first, _) = try await ask(address)
      let tag = try #require(first.value(forHTTPHeaderField: "ETag"))
      let (second, data) = try await ask(address, headers: ["If-None-Match": tag])
      #expect(second.statusCode == 304 && data.isEmpty)
    }
  }

  @Test("POST is refused, with a body of any size, and the server goes on")
  func post() async throws {
    try await withServer { address in
      for size in [0, 10, 100_000, 3_000_000] {
        let (response, _) = try await ask(address, method: "POST", body: Data(count: size))
        #expect(response.statusCode == 405)
      }
      #expect(try await ask(address).0.statusCode == 200)
    }
  }

  @Test("Another site's name in the Host header is refused")
  func host() async throws {
    try await withServer { address in
      for host in ["Host: evil.example\r\n", ""] {
        let raw = "GET / HTTP/1.1\r\n\(host)Connection: close\r\n\r\n"
        let line = try await statusLine(of: raw, at: address)
        #expect(line == "HTTP/1.1 403 Forbidden")
      }
    }
  }

  @Test(
    "Raw paths that try to leave their table find nothing",
    arguments: [
      "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/assets/app.js%00", "/assets/../",
    ])
  func traversal(path: String) async throws {
    try await withServer { address in
      let port = try #require(address.port)
      let raw = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n"
      #expect(try await statusLine(of: raw, at: address) == "HTTP/1.1 404 Not Found")
    }
  }

  @Test(
    "A GET with a body is refused",
    arguments: ["Content-Length: 4\r\n\r\nbody", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"])
  func bodies(tail: String) async throws {
    try await withServer { address in
      let port = try #require(address.port)
      let raw = "GET / HTTP/1.1\r\nHost: localhost:\(port)\r\nConnection: close\r\n\(tail)"
      #expect(try await statusLine(of: raw, at: address) == "HTTP/1.1 413 Content Too Large")
    }
  }

  @Test(
    "What is no HTTP does not stop the server",
    arguments: ["\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "\u{0}\u{0}"])
  func garbage(text: String) async throws {
    try await withServer { address in
      let port = UInt16(try #require(address.port))
      let socket = try await AsyncSocket.connected(to: sockaddr_in.inet(ip4: "127.0.0.1", port: port))
      try await socket.write(Data(text.utf8))
      try socket.close()
      #expect(try await ask(address).0.statusCode == 200)
    }
  }

  @Test("A taken port is told in one sentence that names the flag")
  func takenPort() async throws {
    try await withServer { address in
      let port = UInt16(try #require(address.port))
      let second = ViewerServer(graphDirectory: URL(fileURLWithPath: "/nowhere"), port: port)
      let error = await #expect(throws: ViewerError.self) { try await second.run { _ in } }
      #expect(error == .portTaken(port))
      #expect(error?.description.contains("--port") == true)
    }
  }

  @Test("After cancellation the server ends without an error and the port is free")
  func stops() async throws {
    let start = ContinuousClock.now
    let (addresses, ready) = AsyncStream<URL>.makeStream()
    try await withServer { address in
      _ = try await ask(address)
      ready.yield(address)
    }
    var iterator = addresses.makeAsyncIterator()
    let address = try #require(await iterator.next())
    #expect(ContinuousClock.now - start < .seconds(30))
    let port = UInt16(try #require(address.port))
    await #expect(throws: (any Error).self) {
      try await AsyncSocket.connected(to: sockaddr_in.inet(ip4: "127.0.0.1", port: port), timeout: 1)
    }
  }
}
