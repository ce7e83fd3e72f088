import Foundation
import Testing
import Viewer

@Suite("Who may ask what")
struct SiteAccessTests {
  private let json = ["content-type": "application/json", "x-microscope": "1"]
  private let body = Data(#"{"query":{}}"#.utf8)

  private func put(_ headers: [String: String], host: String = TestSite.host) async throws -> SiteResponse {
    try await TestSite.with(["small.json": try TemporaryGraphs.small()]) { site in
      await site.site.response(
        to: SiteRequest(
          method: "PUT", path: "/api/v1/graphs/small/query", host: host, headers: headers, body: body))
    }
  }

  @Test("Changes come from this server's pages, or from programs that say so")
  func allowed() async throws {
    #expect(try await put(json).status == 200)
    let own = ["origin": "http://127.0.0.1:8041", "sec-fetch-site": "same-origin"]
    #expect(try await put(json.merging(own) { $1 }).status == 200)
    #expect(
      try await put(json.merging(["origin": "http://localhost:8041"]) { $1 }, host: "localhost:8041").status
        == 200)
    let charset = ["content-type": "Application/JSON; charset=utf-8"]
    #expect(try await put(json.merging(charset) { $1 }).status == 200)
  }

  @Test(
    "Other sites' pages change nothing, whatever they send",
    arguments: [
      (["origin": "http://evil.example"], "wrong_origin"), (["origin": "null"], "wrong_origin"),
      (["origin": "http://127.0.0.1:8042"], "wrong_origin"),
      (["origin": "https://127.0.0.1:8041"], "wrong_origin"),
      (["origin": "http://localhost:8041"], "wrong_origin"),
      (["sec-fetch-site": "cross-site"], "wrong_origin"),
      (["sec-fetch-site": "same-site"], "wrong_origin"), (["x-microscope": ""], "missing_header"),
      (["x-microscope": "2"], "missing_header"), (["content-type": "text/plain"], "wrong_type"),
      (["content-type": "application/x-www-form-urlencoded"], "wrong_type"),
      (["content-type": ""], "wrong_type"),
      (["content-type": "application/json-x"], "wrong_type"),
      (["content-type": "multipart/form-data"], "wrong_type"),
    ])
  func refused(headers: [String: String], code: String) async throws {
    let response = try await put(json.merging(headers) { $1 })
    #expect(response.code == code, "\(headers)")
    #expect(response.message.hasSuffix("."))
  }

  @Test("With a token nothing is told without it; the page gets a cookie for it")
  func token() async throws {
    let (token, host) = ("0123456789abcdef!", "10.1.2.3:8041")
    try await TestSite.with(token: token, listening: "10.1.2.3") { site in
      let ask = { (path: String, query: String, headers: [String: String]) in
        await site.site.response(to: SiteRequest(path: path, query: query, host: host, headers: headers))
      }
      for path in ["/", "/api/v1", "/api/v1/graphs", "/training", "/assets/app.js"] {
        #expect(await ask(path, "", [:]).code == "unauthorized", "\(path)")
        #expect(await ask(path, "token=wrong", [:]).code == "unauthorized")
      }
      for wrong in ["0123456789abcdef", "0123456789abcdef!!", "", "0123456789abcdeF!"] {
        #expect(await ask("/api/v1", "", ["authorization": "Bearer " + wrong]).status == 401)
      }
      #expect(await ask("/api/v1", "token=0123456789abcdef%21", [:]).status == 401)
      #expect(await ask("/api/v1", "", ["authorization": "Bearer " + token]).status == 200)
      let greeting = await ask("/", "token=0123456789abcdef%21", [:])
      #expect(greeting.status == 303 && greeting.headers["Location"] == "/")
      let cookie = try #require(greeting.headers["Set-Cookie"])
      #expect(cookie.contains("HttpOnly; SameSite=Strict; Path=/") && !cookie.contains(token))
      let pair = String(cookie.prefix { $0 != ";" })
      #expect(await ask("/api/v1/graphs", "", ["cookie": "a=b; " + pair]).status == 200)
      #expect(await ask("/api/v1/graphs", "", ["cookie": pair + "x"]).status == 401)
      #expect(await ask("/api/v1/graphs", "", ["cookie": pair.replacing("8041", with: "8042")]).status == 401)
    }
  }

  @Test("On all addresses a name could be another site's, numbers could not")
  func allAddresses() async throws {
    try await TestSite.with(token: "0123456789abcdef", listening: "0.0.0.0") { site in
      for (host, status) in [
        ("192.168.1.9:8041", 401), ("127.0.0.1:8041", 401), ("evil.example:8041", 403),
        ("192.168.1.9:80", 403),
        ("1.2.3:8041", 403), ("1.2.3.256:8041", 403),
      ] {
        #expect(await site.site.response(to: SiteRequest(path: "/", host: host)).status == status, "\(host)")
      }
    }
  }
}
