package import Foundation
import HTTPTypes

/// What the site looks at in an HTTP request, free of any server's types.
package struct SiteRequest: Sendable {
  /// The method, in capitals.
  package var method: String
  /// The path as it was sent: percent-encoded, not normalised, without the query.
  package var path: String
  /// What stands behind the first `?`, as it was sent.
  package var query: String
  /// The headers by their names in lower case.
  package var headers: [String: String]
  /// The body; empty while only the head is known.
  package var body: Data
  /// The bytes that the body has, or will have.
  package var bodyLength: Int

  /// Describes a request.
  package init(
    method: String = "GET", path: String, query: String = "", host: String?, headers: [String: String] = [:],
    body: Data = Data()
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.headers["host"] = host
    self.body = body
    bodyLength = body.count
  }

  /// Describes a request by its head; headers that came twice are joined by commas.
  init(_ head: HTTPRequest) {
    let target = (head.path ?? "").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var headers: [String: String] = [:]
    for field in head.headerFields {
      let name = field.name.canonicalName
      headers[name] = headers[name].map { $0 + ", " + field.value } ?? field.value
    }
    headers["host"] = head.authority
    method = head.method.rawValue
    path = String(target[0])
    query = target.count > 1 ? String(target[1]) : ""
    self.headers = headers
    body = Data()
    bodyLength = headers["content-length"].map { Int($0) ?? .max } ?? 0
  }

  /// Whether the request could change something.
  var changesState: Bool { method != "GET" && method != "HEAD" }

  /// The parameters of the query, decoded; of two with one name the last counts.
  var parameters: [String: String] {
    var parameters: [String: String] = [:]
    for item in query.split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        $0.replacing("+", with: " ").removingPercentEncoding ?? ""
      }
      parameters[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    return parameters
  }

  /// The path's parts below a prefix, each decoded for itself; nil when it is elsewhere or cannot be decoded.
  func names(below prefix: String) -> [String]? {
    guard path.hasPrefix(prefix) else { return nil }
    let parts = path.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
    var names: [String] = []
    for part in parts {
      guard let name = part.removingPercentEncoding, !name.utf8.contains(0) else { return nil }
      names.append(name)
    }
    return names
  }

  /// Whether the browser's copy has the tag (RFC 9110 §13.1.2, weak comparison).
  func matches(tag: String) -> Bool {
    guard let asked = headers["if-none-match"] else { return false }
    let bare = { (text: Substring) in text.hasPrefix("W/") ? text.dropFirst(2) : text }
    return asked.split(separator: ",").contains { candidate in
      let trimmed = candidate.drop { $0 == " " }
      return trimmed == "*" || bare(trimmed).prefix { $0 != " " } == bare(Substring(tag))
    }
  }

  /// Whether the client takes compressed answers.
  var acceptsGzip: Bool {
    (headers["accept-encoding"] ?? "").split(separator: ",").contains { part in
      let words = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
      return words.first == "gzip" && !words.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
    }
  }
}
