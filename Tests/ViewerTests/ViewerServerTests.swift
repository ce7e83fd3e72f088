import Foundation
import Testing
import Viewer

@Suite("The viewer's server", .serialized)
struct ViewerServerTests {
  private let changing = ["Content-Type": "application/json", "X-Microscope": "1"]

  @Test("The page, its files, and the graphs are served")
  func routes() async throws {
    let small = try TemporaryGraphs.small()
    try await ServerFixture.with(["small.json": small]) { server in
      #expect(server.address.host == "127.0.0.1")
      let (page, html) = try await server.ask()
      #expect(page == 200)
      #expect(String(decoding: html, as: UTF8.self).contains("<title>Microscope"))
      let (_, graph) = try await server.ask("/api/v1/graphs/small")
      #expect(graph == Data(small.utf8))
      let (missing, sentence) = try await server.ask("/api/v1/graphs/other")
      #expect(missing == 404)
      #expect(String(decoding: sentence, as: UTF8.self).contains("no_such_graph"))
    }
  }

  @Test("HEAD tells the length and sends no body")
  func head() async throws {
    try await ServerFixture.with(["small.json": try TemporaryGraphs.small()]) { server in
      for path in ["/", "/training", "/api/v1/graphs", "/api/v1/graphs/small"] {
        let plain = try await server.exchange(
          "GET \(path) HTTP/1.1\r\nHost: \(server.host)\r\nConnection: close\r\n\r\n")
        let head = try await server.exchange(
          "HEAD \(path) HTTP/1.1\r\nHost: \(server.host)\r\nConnection: close\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.hasSuffix("\r\n\r\n"))
        #expect(plain.hasPrefix(head))
        let length = plain.dropFirst(head.count).utf8.count
        #expect(length > 0 && head.contains("Content-Length: \(length)\r\n"))
      }
    }
  }

  @Test("Several requests share a connection, also when they come at once")
  func keepAlive() async throws {
    try await ServerFixture.with { server in
      let get = "GET /api/v1 HTTP/1.1\r\nHost: \(server.host)\r\n\r\n"
      let last = "GET /api/v1 HTTP/1.1\r\nHost: \(server.host)\r\nConnection: close\r\n\r\n"
      let answers = try await server.exchange(get + get + "\r\n" + last)
      #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
      let old = try await server.exchange("GET /api/v1 HTTP/1.0\r\nHost: \(server.host)\r\n\r\n")
      #expect(old.contains("Connection: close"))
      let upgrade = try await server.exchange(
        "GET /api/v1 HTTP/1.1\r\nHost: \(server.host)\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
      #expect(upgrade.hasPrefix("HTTP/1.1 200 OK") && upgrade.contains("Connection: close"))
    }
  }

  @Test("A save with a body works, in pieces and with leave to send")
  func bodies() async throws {
    try await ServerFixture.with(["small.json": try TemporaryGraphs.small()]) { server in
      let body = #"{"query":{"clickedId":"x"}}"#
      let (saved, _) = try await server.ask(
        "/api/v1/graphs/small/query", method: "PUT", headers: changing, body: Data(body.utf8))
      #expect(saved == 200)
      let head =
        "PUT /api/v1/graphs/small/query HTTP/1.1\r\nHost: \(server.host)\r\nContent-Type: application/json\r\n"
        + "X-Microscope: 1\r\nContent-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
      let answer = try await server.withBlocking {
        let client = try server.connect()
        defer { client.close() }
        for byte in head.utf8 { client.send(Data([byte])) }
        let leave = client.readSome()
        for byte in body.utf8 { client.send(Data([byte])) }
        return leave + client.readAll()
      }
      #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
    }
  }

  @Test("A job's events reach a client in chunks until the end")
  func events() async throws {
    try await ServerFixture.with(live: FakeModel()) { server in
      let id = try await server.startTrace()
      let raw = "GET /api/v1/jobs/\(id)/events HTTP/1.1\r\nHost: \(server.host)\r\nConnection: close\r\n\r\n"
      let answer = try await server.exchange(raw)
      #expect(answer.contains("Transfer-Encoding: chunked") && answer.contains("event: end\ndata: {"))
      #expect(answer.hasSuffix("0\r\n\r\n"))
    }
  }

  @Test("A taken port is told in one sentence that names the flag")
  func takenPort() async throws {
    try await ServerFixture.with { server in
      let second = ViewerServer(
        ViewerContents(graphDirectory: URL(fileURLWithPath: "/nowhere")),
        address: ListenAddress(port: server.port))
      let error = await #expect(throws: ViewerError.self) { try await second.run { _ in } }
      #expect(error == .portTaken(server.port))
      #expect(error?.description.contains("--port") == true)
    }
  }

  @Test("After cancellation the server ends without an error, soon, and the port is free")
  func stops() async throws {
    let (ports, ready) = AsyncStream<UInt16>.makeStream()
    let (idle, held) = AsyncStream<RawClient>.makeStream()
    var end = ContinuousClock.now
    try await ServerFixture.with { server in
      _ = try await server.ask()
      held.yield(try await server.withBlocking { try server.connect() })
      ready.yield(server.port)
    }
    #expect(ContinuousClock.now - end < .seconds(60))
    end = .now
    var iterator = ports.makeAsyncIterator()
    let port = try #require(await iterator.next())
    #expect(throws: (any Error).self) { try RawClient(port: port) }
    var clients = idle.makeAsyncIterator()
    await clients.next()?.close()
  }
}
