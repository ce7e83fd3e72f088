import Foundation
import Testing
import Viewer

/// A site without a server, on a directory that lives as long as the test.
struct TestSite {
  let directory: URL
  let site: ViewerSite

  static let host = "127.0.0.1:8041"

  /// Runs a body with a site that shows the given files.
  static func with<Result>(
    _ files: [String: String] = [:], live: (any LiveModel)? = nil, features: (any FeatureLibrary)? = nil,
    studies: (any StudyGallery)? = nil, token: String? = nil,
    listening: String = "127.0.0.1", body: (TestSite) async throws -> Result
  ) async throws -> Result {
    try await TemporaryGraphs.with(files) { directory in
      var contents = ViewerContents(graphDirectory: directory)
      contents.live = live
      contents.features = features
      contents.studies = studies
      let site = try ViewerSite(contents, address: ListenAddress(host: listening), token: token)
      return try await body(TestSite(directory: directory, site: site))
    }
  }

  /// Asks for a path, which may have a query.
  func get(_ path: String, headers: [String: String] = [:]) async -> SiteResponse {
    let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return await site.response(
      to: SiteRequest(
        path: parts[0], query: parts.count > 1 ? parts[1] : "", host: TestSite.host, headers: headers))
  }

  /// Sends a change as the page does.
  func send(_ method: String, _ path: String, _ body: String = "", client: String = "") async -> SiteResponse
  {
    let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    return await site.response(
      to: SiteRequest(
        method: method, path: parts[0], query: parts.count > 1 ? parts[1] : "", host: TestSite.host,
        headers: [
          "content-type": "application/json", "x-microscope": "1", "origin": "http://" + TestSite.host,
          "x-client": client,
        ], body: Data(body.utf8)))
  }

  /// The JSON of an answer.
  func json(_ path: String) async throws -> [String: Any] { try await get(path).object() }
}

extension SiteResponse {
  /// The body's bytes, as far as they are there at once.
  var data: Data {
    switch body {
    case .data(let data): data
    case .file(let url, _): (try? Data(contentsOf: url)) ?? Data()
    case .stream: Data()
    }
  }

  /// The body as a JSON object.
  func object() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The code of an error.
  var code: String? { ((try? object())?["error"] as? [String: Any])?["code"] as? String }
  /// The sentence of an error.
  var message: String { ((try? object())?["error"] as? [String: Any])?["message"] as? String ?? "" }
}
