package import Foundation

/// What the site answers, free of any server's types.
package struct SiteResponse: Sendable {
  /// Where the body's bytes come from.
  package enum Body: Sendable {
    case data(Data)
    case file(URL, byteCount: Int)
  }

  /// The HTTP status code.
  package var status: Int
  /// All headers but those that the server adds itself (`Date`, `Content-Length`).
  package var headers: [String: String]
  /// The body, also for a `HEAD` request, where the server sends its length only.
  package var body: Body

  /// The number of bytes in the body.
  package var byteCount: Int {
    switch body {
    case .data(let data): data.count
    case .file(_, let byteCount): byteCount
    }
  }

  /// Answers with one sentence of plain text.
  static func message(_ status: Int, _ sentence: String) -> SiteResponse {
    SiteResponse(
      status: status, headers: ["Content-Type": "text/plain; charset=utf-8"],
      body: .data(Data((sentence + "\n").utf8)))
  }

  /// Answers with a body that the browser may keep, and must ask about before it uses it again.
  static func content(_ body: Body, type: String, tag: String) -> SiteResponse {
    SiteResponse(status: 200, headers: ["Content-Type": type, "ETag": tag], body: body)
  }

  /// Tells that what the browser holds is still right.
  static func notModified(tag: String) -> SiteResponse {
    SiteResponse(status: 304, headers: ["ETag": tag], body: .data(Data()))
  }
}
