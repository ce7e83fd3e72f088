import Foundation

/// Who may ask the server what: only whoever addresses it by its own name, from its own pages, and with the token where
/// one is set.
struct SiteAccess: Sendable {
  /// Where the server listens, with its true port.
  let address: ListenAddress
  /// What a client must know; nil on the loopback.
  let token: String?
  /// What the cookie holds instead of the token: new with each start.
  private let session = (0..<4).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 36) }.joined()

  init(address: ListenAddress, token: String? = nil) {
    self.address = address
    self.token = token
  }

  /// Why a request is not looked at, or nil.
  ///
  /// 1. The `Host` must be this server: else another site could reach it through a name of its own.
  /// 2. Where there is a token, the request has it, or the cookie that a page with the token got.
  /// 3. A request that changes something comes from a page of this server, or from no page at all: it has a type and a
  ///    header that no form and no other site's script can send without being asked first, which is never granted.
  func problem(_ request: SiteRequest) -> APIError? {
    guard let host = request.headers["host"], isOwn(host) else {
      return APIError(.wrongHost, "This viewer answers only to http://\(address.name)/.")
    }
    guard token == nil || isKnown(request) else {
      return APIError(.unauthorized, "Open the address with the token that 'microscope serve' printed.")
    }
    guard request.changesState else { return nil }
    let origin = request.headers["origin"]
    guard origin == nil || origin == "http://" + host else {
      return APIError(.wrongOrigin, "Only pages of this server may change something.")
    }
    let site = request.headers["sec-fetch-site"]
    guard site == nil || site == "same-origin" || site == "none" else {
      return APIError(.wrongOrigin, "Only pages of this server may change something.")
    }
    guard request.headers["x-microscope"] == "1" else {
      return APIError(.missingHeader, "Requests that change something need the header 'X-Microscope: 1'.")
    }
    let type = request.headers["content-type"]?.prefix { $0 != ";" }.lowercased()
    guard type == "application/json" else {
      return APIError(.wrongType, "Send JSON, with 'Content-Type: application/json'.")
    }
    return nil
  }

  /// The answer to a page's first request with the token in its address: the cookie, and the address without it.
  func greeting(_ request: SiteRequest) -> SiteResponse? {
    guard let token, request.path == "/", let given = request.parameters["token"],
      SiteAccess.equal(given, token)
    else { return nil }
    let cookie = "\(cookieName)=\(session); HttpOnly; SameSite=Strict; Path=/"
    return SiteResponse(status: 303, headers: ["Location": "/", "Set-Cookie": cookie], body: .data(Data()))
  }

  private func isKnown(_ request: SiteRequest) -> Bool {
    guard let token else { return true }
    if let given = request.headers["authorization"], given.hasPrefix("Bearer ") {
      return SiteAccess.equal(String(given.dropFirst(7)), token)
    }
    let cookies = (request.headers["cookie"] ?? "").split(separator: ";").map { $0.drop { $0 == " " } }
    let mine = cookies.last { $0.hasPrefix(cookieName + "=") }
    if let mine, SiteAccess.equal(String(mine.dropFirst(cookieName.count + 1)), session) { return true }
    return request.path == "/" && SiteAccess.equal(request.parameters["token"] ?? "", token)
  }

  private var cookieName: String { "microscope-\(address.port)" }

  /// Whether a `Host` header names this server: by the loopback's names, by its own address, or, where it listens on
  /// all addresses, by any address in numbers, as a name could be another site's.
  private func isOwn(_ header: String) -> Bool {
    let header = header.lowercased()
    var names = ["127.0.0.1", "localhost", "[::1]", address.host]
    if address.host == "0.0.0.0", let name = header.split(separator: ":").first.map(String.init),
      SiteAccess.isAddress(name)
    {
      names.append(name)
    }
    return names.contains { header == "\($0):\(address.port)" || (address.port == 80 && header == $0) }
  }

  private static func isAddress(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Compares in a time that does not tell where two texts differ.
  static func equal(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    var difference: UInt8 = left.count == right.count ? 0 : 1
    for place in right.indices { difference |= right[place] ^ (place < left.count ? left[place] : 0xFF) }
    return difference == 0
  }
}

extension ListenAddress {
  /// The address as it stands in a page's address.
  var name: String { "\(host == "0.0.0.0" ? "127.0.0.1" : host):\(port)" }
}
