package import Foundation

/// What the site answers, free of any server's types.
package struct SiteResponse: Sendable {
  /// Where the body's bytes come from.
  package enum Body: Sendable {
    case data(Data)
    case file(URL, byteCount: Int)
    /// Pieces that are sent as they come, without a known end.
    case stream(AsyncStream<Data>)
  }

  /// The HTTP status code.
  package var status: Int
  /// All headers but those that the server adds itself (`Date`, `Content-Length`, `Connection`).
  package var headers: [String: String]
  /// The body, also for a `HEAD` request, where the server sends its length only.
  package var body: Body

  /// The number of bytes in the body; nil for a stream.
  package var byteCount: Int? {
    switch body {
    case .data(let data): data.count
    case .file(_, let byteCount): byteCount
    case .stream: nil
    }
  }

  /// Answers with a body that the browser may keep, and must ask about before it uses it again.
  static func content(_ body: Body, type: String, tag: String) -> SiteResponse {
    SiteResponse(status: 200, headers: ["Content-Type": type, "ETag": tag], body: body)
  }

  /// Answers with a value as JSON with sorted keys.
  static func json(_ value: some Encodable, status: Int = 200) -> SiteResponse {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      return .failure(APIError(.failed, "The answer holds a number that JSON cannot write."))
    }
    return .json(data: data, status: status)
  }

  /// Answers with JSON.
  static func json(data: Data, status: Int = 200) -> SiteResponse {
    var response = SiteResponse(
      status: status, headers: ["Content-Type": "application/json"], body: .data(data))
    if status == 200 { response.headers["ETag"] = data.contentTag }
    return response
  }

  /// Answers with what went wrong.
  static func failure(_ error: APIError) -> SiteResponse {
    var response = json(APIError.Answer(error: error), status: error.status)
    for (name, value) in error.headers { response.headers[name] = value }
    return response
  }

  /// Tells that what the browser holds is still right.
  static func notModified(_ response: SiteResponse) -> SiteResponse {
    var headers = response.headers
    headers["Content-Type"] = nil
    return SiteResponse(status: 304, headers: headers, body: .data(Data()))
  }
}
