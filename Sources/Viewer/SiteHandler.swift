import FlyingFox
import Foundation

/// Connects the site to the HTTP server.
struct SiteHandler: HTTPHandler {
  let site: ViewerSite
  let port: UInt16

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let hasBody = try await drain(request.bodySequence)
    let asked = SiteRequest(
      method: request.method.rawValue.uppercased(), path: request.target.path(percentEncoded: true),
      host: request.headers[.host], ifNoneMatch: request.headers[HTTPHeader("If-None-Match")],
      hasBody: hasBody)
    return try encode(site.response(to: asked, port: port), isHead: asked.method == "HEAD")
  }

  /// Reads a body away, keeping nothing, so that the connection stays usable; tells whether there was one.
  private func drain(_ body: HTTPBodySequence) async throws -> Bool {
    var hasBody = body.count != 0
    for try await chunk in body where !chunk.isEmpty { hasBody = true }
    return hasBody
  }

  private func encode(_ response: SiteResponse, isHead: Bool) throws -> HTTPResponse {
    let status = HTTPStatusCode(response.status, phrase: Self.phrases[response.status] ?? "Unknown")
    var headers = HTTPHeaders()
    for (name, value) in response.headers { headers[HTTPHeader(name)] = value }
    if isHead, response.status != 304 { headers[.contentLength] = String(response.byteCount) }
    guard !isHead, response.status != 304 else { return HTTPResponse(statusCode: status, headers: headers) }
    switch response.body {
    case .data(let data):
      return HTTPResponse(statusCode: status, headers: headers, body: data)
    case .file(let url, _):
      let body = try HTTPBodySequence(file: url, suggestedBufferSize: 1 << 16)
      return HTTPResponse(statusCode: status, headers: headers, body: body)
    }
  }

  private static let phrases = [
    200: "OK", 304: "Not Modified", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    413: "Content Too Large",
  ]
}
