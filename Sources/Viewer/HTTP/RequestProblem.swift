import NIOHTTP1

/// What keeps a request from being read; the connection is closed behind the answer.
enum RequestProblem: Error, Equatable {
  case malformed
  case version
  case headTooLarge
  case lengthRequired
  case elsewhere

  /// The most bytes of a head's target, names and values together.
  static let headLimit = 16_384

  /// What the parser objected to.
  init(_ error: HTTPParserError) {
    switch error {
    case .headerOverflow: self = .headTooLarge
    case .invalidVersion: self = .version
    default: self = .malformed
    }
  }

  /// What is wrong with a head that the parser let pass, or nil.
  ///
  /// Two readers could see two requests in one that has two hosts; a body's end must be known before it is read; and
  /// only paths of this server are answered, never a whole address.
  init?(_ head: HTTPRequestHead) {
    if head.headers["host"].count > 1 || head.uri.unicodeScalars.contains("\u{FFFD}") {
      self = .malformed
    } else if head.headers.contains(name: "transfer-encoding") {
      self = .lengthRequired
    } else if !head.uri.hasPrefix("/") {
      self = .elsewhere
    } else {
      return nil
    }
  }

  /// What the client is told.
  var response: SiteResponse {
    switch self {
    case .malformed: .failure(APIError(.badRequest, "This is not a request of HTTP/1.1."))
    case .version: .failure(APIError(.badRequest, "This server speaks HTTP/1.1.", status: 505))
    case .headTooLarge:
      .failure(
        APIError(
          .tooLarge, "The head of a request has at most \(RequestProblem.headLimit) bytes.", status: 431))
    case .lengthRequired:
      .failure(APIError(.badRequest, "Send the body whole, with its Content-Length.", status: 411))
    case .elsewhere: .failure(APIError(.notFound, "There is nothing here; the viewer starts at /."))
    }
  }
}
