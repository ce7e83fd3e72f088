import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Asks the site, and sends what it answers.
struct SiteResponder: Sendable {
  let site: @Sendable () -> ViewerSite

  /// The most bytes that are handed to the connection at once.
  private static let pieceSize = 1 << 16

  /// Answers a request; the body of one that is refused is not read.
  @Sendable func answer(
    _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    let site = site()
    var asked = SiteRequest(request.head)
    if var refusal = site.refusal(of: asked) {
      if asked.bodyLength > 0 { refusal.headers["Connection"] = "close" }
      return try await send(refusal, to: request, writer)
    }
    if asked.bodyLength > 0 {
      if asked.headers["expect"]?.lowercased() == "100-continue" {
        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
      }
      asked.body = Data(try await request.body.collect(upTo: asked.bodyLength).readableBytesView)
      // The connection ended too soon: nothing is done by halves.
      guard asked.body.count == asked.bodyLength else { throw ChannelError.inputClosed }
    }
    try await send(await site.response(to: asked), to: request, writer)
  }

  private func send(
    _ response: SiteResponse, to request: Request, _ writer: consuming ResponseWriter
  ) async throws {
    let hasBody = request.method != .head && response.status != 304
    let head = HTTPResponse(response, hasBody: hasBody)
    guard hasBody else { return try await writer.writeResponse(head) }
    switch response.body {
    case .data(let data) where data.count <= Self.pieceSize:
      try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    case .data(let data):
      var body = try await writer.writeHead(head)
      for start in stride(from: data.startIndex, to: data.endIndex, by: Self.pieceSize) {
        let piece = data[start..<min(start + Self.pieceSize, data.endIndex)]
        try await body.write(ByteBuffer(bytes: piece))
      }
      try await body.finish(nil)
    case .file(let url, let byteCount):
      var body = try await writer.writeHead(head)
      try await send(url, byteCount, to: &body)
      try await body.finish(nil)
    case .stream(let pieces):
      var body = try await writer.writeHead(head)
      try await request.body.consumeWithCancellationOnInboundClose { _ in
        for await piece in pieces { try await body.write(ByteBuffer(bytes: piece)) }
      }
      try await body.finish(nil)
    }
  }

  private func send(_ url: URL, _ byteCount: Int, to body: inout some ResponseBodyWriter) async throws {
    let file = try FileHandle(forReadingFrom: url)
    defer { try? file.close() }
    var left = byteCount
    while left > 0, let piece = try file.read(upToCount: min(left, Self.pieceSize)), !piece.isEmpty {
      try await body.write(ByteBuffer(bytes: piece))
      left -= piece.count
    }
    // What was promised cannot be kept when the file became shorter.
    guard left == 0 else { throw ChannelError.eof }
  }
}

extension HTTPResponse {
  /// The head of an answer; one without a known end is the connection's last, as the client's leaving ends it.
  fileprivate init(_ response: SiteResponse, hasBody: Bool) {
    self.init(status: Status(code: response.status))
    for (name, value) in response.headers.sorted(by: { $0.key < $1.key }) {
      if let name = HTTPField.Name(name) { headerFields.append(HTTPField(name: name, value: value)) }
    }
    if let count = response.byteCount {
      if response.status != 304 { headerFields[.contentLength] = String(count) }
    } else if hasBody {
      headerFields[.transferEncoding] = "chunked"
      headerFields[.connection] = "close"
    }
  }
}
