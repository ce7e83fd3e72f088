import Foundation
import Testing
import Viewer

@Suite("The viewer's site")
struct ViewerSiteTests {
  private func ask(
    _ path: String, method: String = "GET", host: String? = TestSite.host, headers: [String: String] = [:],
    body: Data = Data(), files: [String: String] = [:]
  ) async throws -> SiteResponse {
    try await TestSite.with(files) { site in
      await site.site.response(
        to: SiteRequest(method: method, path: path, host: host, headers: headers, body: body))
    }
  }

  private func text(_ response: SiteResponse) throws -> String {
    try #require(String(data: response.data, encoding: .utf8))
  }

  @Test(
    "The page and its files have the right types",
    arguments: [("/", "text/html; charset=utf-8"), ("/training", "text/html; charset=utf-8")])
  func types(path: String, type: String) async throws {
    let response = try await ask(path)
    #expect(response.status == 200)
    #expect(response.headers["Content-Type"] == type)
    #expect(response.byteCount ?? 0 > 100)
  }

  @Test("Everything the pages ask for exists, and none of it is elsewhere", arguments: ["/", "/training"])
  func selfContained(page: String) async throws {
    try await TestSite.with { site in
      let html = try text(await site.get(page))
      #expect(!html.contains("http://") && !html.contains("https://"))
      var waiting = html.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.1) }
      var seen: Set<String> = []
      while let path = waiting.popLast() {
        guard seen.insert(path).inserted else { continue }
        let response = await site.get(path)
        #expect(response.status == 200, "\(path)")
        guard path.hasSuffix(".js") else { continue }
        let folder = path[...(path.lastIndex(of: "/") ?? path.endIndex)]
        waiting += try text(response).matches(of: /from "(\.\.?\/[^"]+)"/).compactMap {
          URL(string: String($0.1), relativeTo: URL(string: "http://x" + folder))?.absoluteURL.path
        }
      }
      #expect(seen.count > 4)
    }
  }

  @Test("Every answer carries the security headers", arguments: ["/", "/api/v1/graphs", "/nowhere"])
  func securityHeaders(path: String) async throws {
    let headers = try await ask(path).headers
    #expect(headers["Cache-Control"] == "no-cache")
    #expect(headers["Content-Security-Policy"]?.contains("default-src 'none'; script-src 'self'") == true)
    #expect(headers["X-Content-Type-Options"] == "nosniff")
    #expect(!headers.keys.contains { $0.lowercased().hasPrefix("access-control") })
  }

  @Test(
    "A host that is not this server is refused",
    arguments: [
      nil, "", "127.0.0.1", "localhost", "localhost:80", "127.0.0.1:8042", "evil.example:8041",
      "127.0.0.1:8041.evil.example", "evil.example", "127.0.0.1:8041@evil", "[::1]", "0.0.0.0:8041",
      "192.168.1.5:8041",
    ])
  func wrongHost(host: String?) async throws {
    #expect(try await ask("/", host: host).code == "wrong_host")
    #expect(try await ask("/api/v1/graphs", host: host).status == 403)
  }

  @Test(
    "The loopback's names are accepted",
    arguments: ["127.0.0.1:8041", "localhost:8041", "LOCALHOST:8041", "[::1]:8041"])
  func rightHost(host: String) async throws {
    #expect(try await ask("/", host: host).status == 200)
  }

  @Test(
    "Methods that nothing takes are refused",
    arguments: ["PUT", "PATCH", "OPTIONS", "TRACE", "DELETE", "BREW"])
  func methods(method: String) async throws {
    let headers = ["content-type": "application/json", "x-microscope": "1"]
    let response = try await ask("/api/v1/graphs", method: method, headers: headers)
    #expect(response.status == 405 && response.code == "wrong_method")
    #expect(response.headers["Allow"] == "GET, HEAD, POST")
    #expect(try await ask("/", method: method, headers: headers).headers["Allow"] == "GET, HEAD")
  }

  @Test("A body where none belongs is refused, and one that is too large")
  func body() async throws {
    #expect(try await ask("/", body: Data("x".utf8)).code == "too_large")
    let headers = ["content-type": "application/json", "x-microscope": "1"]
    let large = Data(count: (1 << 20) + 1)
    #expect(
      try await ask("/api/v1/next-tokens", method: "POST", headers: headers, body: large).code == "too_large")
    #expect(try await ask("/api/v1/next-tokens", method: "POST", headers: headers).code == "no_live_model")
  }

  @Test(
    "Paths that try to leave their table find nothing",
    arguments: [
      "/../../etc/passwd", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets//app.js",
      "//assets/app.js", "/assets/", "/assets", "/assets/app.js%00", "/assets/app.js/", "/assets/..%2fapp.js",
      "/index.html", "/api/v1/graphs/", "/api/v1/graphs/../graphs", "/api/v1/graphs/..%2f..%2fetc%2fpasswd",
      "/api/v1/graphs/%2e%2e/secret", "/api/v1/graphs/%252e%252e%252fsecret", "/api/v1/graphs//etc/passwd",
      "/api/v1/graphs/%2fetc%2fpasswd", "/api/v1/graphs/small%00", "/api/v1/graphs/small.json",
      "/api/v1/graphs/.hidden", "/api/v1/graphs/%zz", "/api/v1/graphs/..%2fsmall/query", "", "*",
      "http://evil/",
      "/api/graphs", "/api/v2/graphs", "/api/v1/openapi.json/", "/api/v1/training/..%2f..%2fetc",
      "/api/v1/graphs/%c3%28", "/api/v1/trash/..%2fsmall/restore",
    ])
  func traversal(path: String) async throws {
    let files = ["small.json": "{}", ".hidden.json": "{}", "secret.txt": "secret"]
    let response = try await ask(path, files: files)
    #expect([404, 405].contains(response.status) && response.code != nil)
  }

  @Test("A graph is served under its file's name, whatever characters it has")
  func graphNames() async throws {
    for (name, path) in [("small", "small"), ("a b ü&?", "a%20b%20%C3%BC%26%3F"), ("a%2fb", "a%252fb")] {
      let response = try await ask("/api/v1/graphs/\(path)", files: ["\(name).json": "{\"a\":1}"])
      #expect(response.status == 200)
      #expect(response.headers["Content-Type"] == "application/json")
      #expect(response.byteCount == 7)
    }
  }

  @Test("What the browser already has is not sent again")
  func entityTags() async throws {
    try await TestSite.with(["small.json": try TemporaryGraphs.small()]) { site in
      for path in ["/", "/api/v1/graphs", "/api/v1/graphs/small", "/api/v1"] {
        let tag = try #require(await site.get(path).headers["ETag"])
        #expect(tag.hasPrefix("W/"))
        for accepted in [tag, "\"other\", \(tag)", "*", String(tag.dropFirst(2))] {
          let response = await site.get(path, headers: ["if-none-match": accepted])
          #expect(
            response.status == 304 && response.byteCount == 0 && response.headers["ETag"] == tag,
            "\(path) \(accepted)")
        }
        #expect(await site.get(path, headers: ["if-none-match": "\"other\""]).status == 200)
      }
    }
  }

  @Test("Large answers are compressed for those who take that, and are the same")
  func compression() async throws {
    try await TestSite.with(["small.json": try TemporaryGraphs.small() + String(repeating: " ", count: 4000)])
    {
      site in
      let plain = await site.get("/api/v1/graphs/small")
      let packed = await site.get("/api/v1/graphs/small", headers: ["accept-encoding": "br, gzip;q=0.5"])
      #expect(packed.headers["Content-Encoding"] == "gzip" && packed.headers["Vary"] == "Accept-Encoding")
      #expect(packed.data.prefix(2) == Data([0x1F, 0x8B]))
      #expect((packed.byteCount ?? 0) * 2 < plain.byteCount ?? 0)
      #expect(packed.headers["ETag"] == plain.headers["ETag"])
      let refused = await site.get("/api/v1/graphs/small", headers: ["accept-encoding": "gzip;q=0, br"])
      #expect(refused.headers["Content-Encoding"] == nil)
      #expect(
        await site.get("/api/v1", headers: ["accept-encoding": "gzip"]).headers["Content-Encoding"] == nil)
    }
  }

  @Test("The description names every route, and no other")
  func openAPI() async throws {
    try await TestSite.with { site in
      let description = try await site.json("/api/v1/openapi.json")
      #expect(description["openapi"] as? String == "3.1.0")
      let paths = try #require(description["paths"] as? [String: [String: Any]])
      var described: Set<String> = []
      for (path, item) in paths {
        let pattern = path.replacing(/\{[^}]+\}/, with: "*")
        for method in item.keys where method != "parameters" {
          described.insert("\(method.uppercased()) \(pattern)")
        }
      }
      #expect(described == Set(site.site.routeNames))
    }
  }
}
