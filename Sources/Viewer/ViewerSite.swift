package import Foundation

/// The pages and data of the viewer: a function from requests to responses.
///
/// Every name in a request is looked up in a table; none becomes part of a file path.
package struct ViewerSite: Sendable {
  private let assets: WebAssets
  private let graphs: GraphDirectory
  private let training: TrainingAPI

  /// Makes the site that shows the graphs in a directory, and the training runs in or below others.
  package init(graphDirectory: URL, trainingDirectories: [URL] = []) throws(ViewerError) {
    self.assets = try WebAssets()
    self.graphs = GraphDirectory(url: graphDirectory)
    self.training = TrainingAPI(folders: TrainingFolders(roots: trainingDirectories))
  }

  /// Answers a request that reached the server at a port of this machine.
  ///
  /// 1. Refuse a `Host` that is not this server: so another site could reach us through its own name.
  /// 2. Refuse methods other than `GET` and `HEAD`, and bodies.
  /// 3. Look the path up, and answer 304 when the browser's copy is still right.
  package func response(to request: SiteRequest, port: UInt16) -> SiteResponse {
    var response = answer(request, port: port)
    response.headers.merge(Self.securityHeaders) { own, _ in own }
    if let tag = response.headers["ETag"], request.matches(tag: tag), response.status == 200 {
      let headers = response.headers
      response = .notModified(tag: tag)
      response.headers.merge(headers.filter { $0.key != "Content-Type" }) { own, _ in own }
    }
    return response
  }

  private func answer(_ request: SiteRequest, port: UInt16) -> SiteResponse {
    guard request.isAddressed(toPort: port) else {
      return .message(403, "This viewer answers only to http://127.0.0.1:\(port)/.")
    }
    guard request.method == "GET" || request.method == "HEAD" else {
      var refusal = SiteResponse.message(405, "The viewer only reads: use GET or HEAD.")
      refusal.headers["Allow"] = "GET, HEAD"
      return refusal
    }
    guard !request.hasBody else { return .message(413, "The viewer takes no request bodies.") }
    return lookUp(request.path)
  }

  private func lookUp(_ path: String) -> SiteResponse {
    if let asset = assets.asset(at: path) {
      return .content(.data(asset.data), type: asset.type, tag: asset.tag)
    }
    if path == "/api/graphs" { return ViewerSite.json(graphs.indexJSON()) }
    if path == "/api/training", let data = training.list() { return ViewerSite.json(data) }
    if let slug = ViewerSite.name(in: path, below: "/api/graphs/"), let file = graphs.files()[slug] {
      return .content(
        .file(file.url, byteCount: file.byteCount), type: "application/json", tag: file.tag)
    }
    if let name = ViewerSite.name(in: path, below: "/api/training/"), let data = training.run(name) {
      return ViewerSite.json(data)
    }
    return .message(404, "There is nothing here; the viewer starts at /.")
  }

  /// What a path asks for below a prefix.
  private static func name(in path: String, below prefix: String) -> String? {
    path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)).removingPercentEncoding : nil
  }

  private static func json(_ data: Data) -> SiteResponse {
    .content(.data(data), type: "application/json", tag: data.contentTag)
  }

  private static let securityHeaders = [
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
      + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  ]
}

extension SiteRequest {
  /// Whether the `Host` header names this machine's loopback at the port.
  fileprivate func isAddressed(toPort port: UInt16) -> Bool {
    guard let host = host?.lowercased() else { return false }
    return ["127.0.0.1", "localhost", "[::1]"].contains {
      host == "\($0):\(port)" || (port == 80 && host == $0)
    }
  }

  /// Whether the browser's copy has the tag (RFC 9110 §13.1.2, weak comparison).
  fileprivate func matches(tag: String) -> Bool {
    guard let ifNoneMatch else { return false }
    let bare = { (text: Substring) in text.hasPrefix("W/") ? text.dropFirst(2) : text }
    return ifNoneMatch.split(separator: ",").contains { candidate in
      let trimmed = candidate.drop { $0 == " " }
      return trimmed == "*" || bare(trimmed).prefix { $0 != " " } == bare(Substring(tag))
    }
  }
}
