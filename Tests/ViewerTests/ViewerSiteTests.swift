import Foundation
import Testing
import Viewer

@Suite("The viewer's site")
struct ViewerSiteTests {
  private let port: UInt16 = 8041

  private func ask(
    _ path: String, method: String = "GET", host: String? = "127.0.0.1:8041", tag: String? = nil,
    hasBody: Bool = false, files: [String: String] = [:]
  ) async throws -> SiteResponse {
    try await TemporaryGraphs.with(files) { directory in
      let request = SiteRequest(method: method, path: path, host: host, ifNoneMatch: tag, hasBody: hasBody)
      return try ViewerSite(graphDirectory: directory).response(to: request, port: port)
    }
  }

  private func text(_ response: SiteResponse) throws -> String {
    guard case .data(let data) = response.body else { return "" }
    return try #require(String(data: data, encoding: .utf8))
  }

  @Test(
    "The page and its files have the right types",
    arguments: [
      ("/", "text/html; charset=utf-8"), ("/assets/app.js", "text/javascript; charset=utf-8"),
      ("/assets/style.css", "text/css; charset=utf-8"), ("/assets/icon.svg", "image/svg+xml"),
    ])
  func types(path: String, type: String) async throws {
    let response = try await ask(path)
    #expect(response.status == 200)
    #expect(response.headers["Content-Type"] == type)
    #expect(response.byteCount > 100)
  }

  @Test("Everything the page asks for exists, and none of it is elsewhere")
  func selfContained() async throws {
    let page = try await text(ask("/"))
    #expect(!page.contains("http://") && !page.contains("https://"))
    var waiting = page.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.1) }
    var seen: Set<String> = []
    while let path = waiting.popLast() {
      guard seen.insert(path).inserted else { continue }
      let response = try await ask(path)
      #expect(response.status == 200, "\(path)")
      let imports = try text(response).matches(of: /from "\.\/([^"]+)"/)
      waiting += imports.map { "/assets/\($0.1)" }
    }
    #expect(seen.count > 12)
  }

  @Test("Every answer carries the security headers", arguments: ["/", "/api/graphs", "/nowhere"])
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
    ])
  func wrongHost(host: String?) async throws {
    #expect(try await ask("/", host: host).status == 403)
    #expect(try await ask("/api/graphs", host: host).status == 403)
  }

  @Test(
    "The loopback's names are accepted",
    arguments: ["127.0.0.1:8041", "localhost:8041", "LOCALHOST:8041", "[::1]:8041"])
  func rightHost(host: String) async throws {
    #expect(try await ask("/", host: host).status == 200)
  }

  @Test(
    "Methods that could change something are refused",
    arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
  func methods(method: String) async throws {
    let response = try await ask("/api/graphs", method: method)
    #expect(response.status == 405)
    #expect(response.headers["Allow"] == "GET, HEAD")
  }

  @Test("A body is refused")
  func body() async throws {
    #expect(try await ask("/", hasBody: true).status == 413)
  }

  @Test(
    "Paths that try to leave their table find nothing",
    arguments: [
      "/../../etc/passwd", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets//app.js",
      "//assets/app.js",
      "/assets/", "/assets", "/assets/app.js%00", "/assets/app.js/", "/assets/..%2fapp.js", "/index.html",
      "/api/graphs/", "/api/graphs/../graphs", "/api/graphs/..%2f..%2fetc%2fpasswd",
      "/api/graphs/%2e%2e/secret",
      "/api/graphs/%252e%252e%252fsecret", "/api/graphs//etc/passwd", "/api/graphs/%2fetc%2fpasswd",
      "/api/graphs/small%00", "/api/graphs/small.json", "/api/graphs/.hidden", "/api/graphs/%zz", "", "*",
      "http://evil/",
    ])
  func traversal(path: String) async throws {
    let files = ["small.json": "{}", ".hidden.json": "{}", "secret.txt": "secret"]
    #expect(try await ask(path, files: files).status == 404)
  }

  @Test("A graph is served under its file's name, whatever characters it has")
  func graphNames() async throws {
    for (name, path) in [("small", "small"), ("a b ü&?", "a%20b%20%C3%BC%26%3F"), ("a%2fb", "a%252fb")] {
      let response = try await ask("/api/graphs/\(path)", files: ["\(name).json": "{\"a\":1}"])
      #expect(response.status == 200)
      #expect(response.headers["Content-Type"] == "application/json")
      #expect(response.byteCount == 7)
    }
  }

  @Test("What the browser already has is not sent again")
  func entityTags() async throws {
    try await TemporaryGraphs.with(["small.json": try TemporaryGraphs.small()]) { directory in
      let site = try ViewerSite(graphDirectory: directory)
      for path in ["/", "/assets/app.js", "/api/graphs", "/api/graphs/small"] {
        var request = SiteRequest(path: path, host: "localhost:8041")
        let tag = try #require(site.response(to: request, port: port).headers["ETag"])
        for accepted in [
          tag, "\"other\", \(tag)", "*", tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : "W/\(tag)",
        ] {
          request.ifNoneMatch = accepted
          let response = site.response(to: request, port: port)
          #expect(
            response.status == 304 && response.byteCount == 0 && response.headers["ETag"] == tag,
            "\(path) \(accepted)")
        }
        request.ifNoneMatch = "\"other\""
        #expect(site.response(to: request, port: port).status == 200)
      }
    }
  }
}
