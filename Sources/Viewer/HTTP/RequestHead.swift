/// The head of an HTTP/1.1 request: its first line and its headers, read strictly (RFC 9112).
struct RequestHead: Sendable, Equatable {
  /// The method, as sent.
  var method: String
  /// The path as it was sent: percent-encoded, not normalised, without the query.
  var path: String
  /// What stands behind the first `?`, as it was sent.
  var query: String
  /// The headers by their names in lower case; those that came twice are joined by commas.
  var headers: [String: String]
  /// Whether the client speaks HTTP/1.0, which knows no chunks and closes by default.
  var isOldVersion: Bool

  /// The most bytes of a head.
  static let limit = 16_384

  /// Where a head ends: the place behind the empty line, or nil while there is none.
  static func end(in bytes: [UInt8], searchingFrom start: Int = 0) -> Int? {
    var place = max(0, start - 3)
    while place + 4 <= bytes.count {
      if bytes[place] == 13, bytes[place + 1] == 10, bytes[place + 2] == 13, bytes[place + 3] == 10 {
        return place + 4
      }
      place += 1
    }
    return nil
  }

  /// Reads a head that ends with an empty line.
  init(_ bytes: ArraySlice<UInt8>) throws(RequestProblem) {
    guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
      throw .malformed
    }
    var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
    // Some clients send an empty line behind a body (RFC 9112 §2.2).
    while lines.first == "" { lines.removeFirst() }
    guard let first = lines.popFirst(),
      !text.replacing("\r\n", with: "").utf8.contains(where: { $0 == 10 || $0 == 13 })
    else { throw .malformed }
    let parts = first.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, parts[0].utf8.allSatisfy(RequestHead.isTokenByte),
      !parts[1].isEmpty
    else { throw .malformed }
    guard parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
      throw parts[2].hasPrefix("HTTP/") ? .version : .malformed
    }
    let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    method = String(parts[0])
    path = String(target[0])
    query = target.count > 1 ? String(target[1]) : ""
    isOldVersion = parts[2] == "HTTP/1.0"
    headers = try RequestHead.headers(lines)
  }

  private static func headers(_ lines: ArraySlice<Substring>) throws(RequestProblem) -> [String: String] {
    var headers: [String: String] = [:]
    for line in lines where !line.isEmpty {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
        line[..<colon].utf8.allSatisfy(isTokenByte)
      else { throw .malformed }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].trimming { $0 == " " || $0 == "\t" }
      if let other = headers[name] {
        // Two of these would let two readers see two requests in one.
        guard !["host", "content-length", "transfer-encoding"].contains(name) else { throw .malformed }
        headers[name] = other + ", " + value
      } else {
        headers[name] = value
      }
    }
    return headers
  }

  /// Whether a byte may stand in a method or in a header's name (RFC 9110 §5.6.2).
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

extension RequestHead {
  /// The bytes of the body, by `Content-Length`.
  func bodyLength() throws(RequestProblem) -> Int {
    guard headers["transfer-encoding"] == nil else { throw .lengthRequired }
    guard let text = headers["content-length"] else { return 0 }
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .malformed }
    return Int(text) ?? .max
  }

  /// Whether the client wants to ask again on this connection.
  var keepsAlive: Bool {
    let asked = (headers["connection"] ?? "").lowercased()
    return isOldVersion ? asked.contains("keep-alive") : !asked.contains("close")
  }

  /// Whether the client waits for leave before it sends the body.
  var expectsContinue: Bool { headers["expect"]?.lowercased() == "100-continue" }
}

/// What keeps a request from being read; the connection is closed behind the answer.
enum RequestProblem: Error, Equatable {
  case malformed
  case version
  case headTooLarge
  case lengthRequired

  /// What the client is told.
  var response: SiteResponse {
    switch self {
    case .malformed: .failure(APIError(.badRequest, "This is not a request of HTTP/1.1."))
    case .version: .failure(APIError(.badRequest, "This server speaks HTTP/1.1.", status: 505))
    case .headTooLarge:
      .failure(
        APIError(.tooLarge, "The head of a request has at most \(RequestHead.limit) bytes.", status: 431))
    case .lengthRequired:
      .failure(APIError(.badRequest, "Send the body whole, with its Content-Length.", status: 411))
    }
  }
}

extension Substring {
  /// The text without what `isBlank` at both ends.
  fileprivate func trimming(_ isBlank: (Character) -> Bool) -> String {
    var rest = drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return String(rest)
  }
}
