import Foundation
import GraphFiles
import Testing
import Viewer

#if canImport(Glibc)
  import Glibc
#endif

/// What clients do that mean no good, or know no better; after each the server answers as before.
@Suite("Abuse of the server", .serialized)
struct AbuseTests {
  private func isAlive(_ server: ServerFixture) async throws -> Bool {
    try await server.ask("/api/v1").status == 200
  }

  @Test(
    "Raw paths that try to leave their table find nothing",
    arguments: [
      "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/%252e%252e/etc/passwd", "//etc/passwd",
      "/assets/app.js%00", "/assets/../",
      "/api/v1/graphs/..%2f..%2f..%2fetc%2fpasswd", "/api/v1/graphs/%2fetc%2fpasswd",
      "/api/v1/graphs/small%00.json",
      "http://evil.example/", "/assets/%5c..%5capp.js", "\\..\\etc",
    ])
  func traversal(path: String) async throws {
    try await ServerFixture.with(["small.json": "{}"]) { server in
      let raw = "GET \(path) HTTP/1.1\r\nHost: \(server.host)\r\nConnection: close\r\n\r\n"
      let answer = try await server.exchange(raw)
      #expect(answer.hasPrefix(path.hasPrefix("\\") ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 404 Not Found"))
      #expect(try await isAlive(server))
    }
  }

  @Test(
    "What is no HTTP, or only almost, is refused",
    arguments: [
      "nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1 x\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
      "\u{0}\u{0}\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: -5\r\nHost: HOST\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\nHost: HOST\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil\r\n\r\n", "GET / HTTP/1.1\r\nHost : HOST\r\n\r\n",
      "GET / HTTP/1.1\r\n folded: x\r\nHost: HOST\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n", "G\u{0}ET / HTTP/1.1\r\nHost: HOST\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: HOST\nX: y\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0x10\r\n\r\n",
      "POST /api/v1/traces HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
      "POST /api/v1/traces HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
      "GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\n\r\nbody", "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ])
  func almostHTTP(text: String) async throws {
    try await ServerFixture.with { server in
      let raw = text.replacing("HOST", with: server.host).replacing("\r\n\r\n", with: "\r\n\r\n")
      let answer = try await server.exchange(
        raw.hasPrefix("GET / HTTP/1.1\r\n\r\n") ? "GET / HTTP/1.1\r\nConnection: close\r\n\r\n" : raw)
      #expect(answer.prefixMatch(of: #/HTTP/1\.1 (400|403|405|411|413|505) /#) != nil, "\(answer.prefix(80))")
      #expect(try await isAlive(server))
    }
  }

  @Test("Bytes that are no UTF-8 are refused, in the head and in a body")
  func malformedUTF8() async throws {
    try await ServerFixture.with(["small.json": try TemporaryGraphs.small()]) { server in
      let head =
        Data("GET /".utf8) + Data([0xC3, 0x28, 0xFF]) + Data(" HTTP/1.1\r\nHost: \(server.host)\r\n\r\n".utf8)
      let refusal = try await server.exchange(head)
      #expect(refusal.hasPrefix("HTTP/1.1 400"))
      let body = Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D])
      let raw = Data(
        ("PUT /api/v1/graphs/small/query HTTP/1.1\r\nHost: \(server.host)\r\nContent-Type: application/json\r\n"
          + "X-Microscope: 1\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n").utf8)
      #expect(try await server.exchange(raw + body).hasPrefix("HTTP/1.1 400"))
      #expect(try await isAlive(server))
    }
  }

  @Test("A form of another site changes nothing")
  func crossOrigin() async throws {
    try await ServerFixture.with(["small.json": try TemporaryGraphs.small()]) { server in
      let body = #"{"query":{"clickedId":"evil"}}"#
      let raw =
        "POST /api/v1/trash/x/restore HTTP/1.1\r\nHost: \(server.host)\r\nOrigin: http://evil.example\r\n"
        + "Content-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
      let answer = try await server.exchange(raw)
      #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden"))
    }
  }

  @Test("100 MB are refused without being read")
  func hugeBody() async throws {
    try await ServerFixture.with { server in
      let count = 100 << 20
      let head =
        "POST /api/v1/graphs HTTP/1.1\r\nHost: \(server.host)\r\nContent-Type: application/json\r\n"
        + "X-Microscope: 1\r\nContent-Length: \(count)\r\n\r\n"
      let (answer, sent) = try await server.withBlocking {
        let client = try server.connect()
        defer { client.close() }
        client.send(head)
        let answer = client.readSome()
        var sent = 0
        let piece = Data(repeating: 0x20, count: 1 << 20)
        while sent < count {
          let taken = client.send(piece)
          sent += taken
          if taken < piece.count { break }
        }
        return (answer, sent)
      }
      #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("too_large"))
      #expect(sent < 20 << 20)
      #expect(try await isAlive(server))
    }
  }

  @Test(
    "Endless heads end",
    arguments: [
      "GET /" + String(repeating: "a", count: 100_000),
      "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 100_000),
      "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 20_000),
    ])
  func endlessHead(text: String) async throws {
    try await ServerFixture.with { server in
      let answer = try await server.exchange(text)
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 431"))
      #expect(try await isAlive(server))
    }
  }

  @Test("200 clients that send a byte now and then are ended, and keep nobody waiting meanwhile")
  func slowloris() async throws {
    var patience = ClientPatience()
    patience.head = 2
    patience.idle = 3
    try await ServerFixture.with(patience: patience) { server in
      let clients = try await server.withBlocking {
        try (0..<200).map { _ in
          let client = try server.connect()
          client.send("GET / HTTP/1.1\r\nHost: ")
          return client
        }
      }
      let start = ContinuousClock.now
      #expect(try await isAlive(server))
      #expect(ContinuousClock.now - start < .seconds(2))
      let ended = try await server.withBlocking {
        for _ in 0..<12 {
          for client in clients { client.send("x") }
          Thread.sleep(forTimeInterval: 0.25)
        }
        let ended = clients.allSatisfy { $0.readAll().isEmpty }
        for client in clients { client.close() }
        return ended
      }
      #expect(ended)
      #expect(try await isAlive(server))
    }
  }

  @Test("A client that takes no answer is ended")
  func slowReader() async throws {
    var patience = ClientPatience()
    patience.answer = 1
    let large = try TemporaryGraphs.small() + String(repeating: " ", count: 40 << 20)
    try await ServerFixture.with(["large.json": large], patience: patience) { server in
      let count = try await server.withBlocking {
        let client = try server.connect()
        defer { client.close() }
        client.send("GET /api/v1/graphs/large HTTP/1.1\r\nHost: \(server.host)\r\n\r\n")
        Thread.sleep(forTimeInterval: 3)
        return client.readAll().utf8.count
      }
      #expect(count < 40 << 20)
      #expect(try await isAlive(server))
    }
  }

  @Test("10,000 connections that are opened and dropped leave the server as it was")
  func droppedConnections() async throws {
    try await ServerFixture.with { server in
      let failures = try await server.withBlocking {
        var failures = 0
        for number in 0..<10_000 {
          guard let client = try? server.connect() else {
            failures += 1
            continue
          }
          if number % 3 == 1 { client.send("GET / HT") }
          if number % 3 == 2 { client.send("GET /api/v1 HTTP/1.1\r\nHost: \(server.host)\r\n\r\n") }
          client.close()
        }
        return failures
      }
      #expect(failures == 0)
      #expect(try await isAlive(server))
    }
  }

  @Test("More connections than the server takes wait, and it goes on when others are gone")
  func tooMany() async throws {
    try await ServerFixture.with { server in
      let clients = try await server.withBlocking { (0..<950).compactMap { _ in try? server.connect() } }
      try await server.withBlocking { for client in clients { client.close() } }
      var lives = false
      for _ in 0..<40 where !lives {
        lives = (try? await isAlive(server)) ?? false
        if !lives { try await Task.sleep(for: .milliseconds(100)) }
      }
      #expect(lives)
    }
  }

  @Test("Clients that leave while a trace is told to them make room at once")
  func leavingStreams() async throws {
    let model = FakeModel(isGated: true)
    try await ServerFixture.with(live: model) { server in
      let id = try await server.startTrace()
      let raw = "GET /api/v1/jobs/\(id)/events HTTP/1.1\r\nHost: \(server.host)\r\n\r\n"
      let told = try await server.withBlocking {
        try (0..<1000).count { _ in
          let client = try server.connect()
          defer { client.close() }
          client.send(raw)
          return client.readSome().hasPrefix("HTTP/1.1 200 OK")
        }
      }
      #expect(told == 1000)
      #expect(try await isAlive(server))
      model.open()
    }
  }

  @Test("A client that is done sending gets the whole answer, however slowly it reads")
  func halfClosed() async throws {
    let large = try TemporaryGraphs.small() + String(repeating: " ", count: 20 << 20)
    try await ServerFixture.with(["large.json": large]) { server in
      let count = try await server.withBlocking {
        let client = try server.connect()
        defer { client.close() }
        client.send("GET /api/v1/graphs/large HTTP/1.1\r\nHost: \(server.host)\r\nConnection: close\r\n\r\n")
        client.endSending()
        Thread.sleep(forTimeInterval: 2)
        return client.readAll().utf8.count
      }
      #expect(count > large.utf8.count)
    }
  }

  @Test("50 clients browse at once while a trace runs")
  func manyClients() async throws {
    let model = FakeModel(isGated: true)
    let files = ["small.json": try TemporaryGraphs.small()]
    try await ServerFixture.with(files, live: model) { server in
      _ = try await server.startTrace()
      let statuses = try await withThrowingTaskGroup(of: [Bool].self) { group in
        for _ in 0..<50 {
          group.addTask {
            try await server.withBlocking {
              let client = try server.connect()
              defer { client.close() }
              return (0..<10).map { number in
                let path = ["/", "/api/v1/graphs", "/api/v1/graphs/small/thumbnail", "/training"][number % 4]
                client.send("HEAD \(path) HTTP/1.1\r\nHost: \(server.host)\r\n\r\n")
                return client.readSome().hasPrefix("HTTP/1.1 200 OK")
              }
            }
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(statuses.count == 500 && statuses.allSatisfy { $0 })
      model.open()
    }
  }
}
