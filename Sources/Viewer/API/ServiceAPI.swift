import Foundation

/// The answers about the server itself.
struct ServiceAPI: Sendable {
  let contents: ViewerContents

  var routes: [APIRoute] {
    [
      APIRoute("GET", "") { _ in
        .json(
          About(
            version: 1, program: contents.version, isLive: contents.live != nil,
            hasFeatures: contents.features != nil, hasStudies: contents.studies != nil))
      },
      APIRoute("GET", "openapi.json") { _ in try description() },
    ]
  }

  private struct About: Encodable {
    var version: Int
    var program: String
    var isLive: Bool
    var hasFeatures: Bool
    var hasStudies: Bool
  }

  private func description() throws(APIError) -> SiteResponse {
    let file = Bundle.module.bundleURL.appendingPathComponent("openapi.json")
    guard let data = try? Data(contentsOf: file) else {
      throw APIError(.notFound, "The description is not beside the program: build again.")
    }
    return .json(data: data)
  }
}
