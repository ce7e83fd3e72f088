import FlyingSocks
import Foundation

/// One client's connection: reads requests one after another, and answers them.
struct SiteConnection {
  let socket: AsyncSocket
  let site: ViewerSite
  let watch: ConnectionWatch
  let id: Int
  let patience: ClientPatience
  /// What was read and not yet used.
  private var buffer: [UInt8] = []

  init(
    _ socket: AsyncSocket, _ site: ViewerSite, _ watch: ConnectionWatch, id: Int, _ patience: ClientPatience
  ) {
    self.socket = socket
    self.site = site
    self.watch = watch
    self.id = id
    self.patience = patience
  }

  /// Answers until the client has enough, is late, or sends what is no HTTP.
  mutating func run() async {
    defer {
      watch.leave(id)
      try? socket.close()
    }
    do {
      while try await answerNext() {}
    } catch let problem as RequestProblem {
      try? await send(problem.response, to: nil, keepsAlive: false)
      await linger()
    } catch {
      // The client is gone, or was late.
    }
  }

  /// Answers one request; returns whether there may be another.
  private mutating func answerNext() async throws -> Bool {
    watch.extend(id, by: patience.idle, isIdle: true)
    guard let head = try await readHead() else { return false }
    let length = try head.bodyLength()
    var request = SiteRequest(head, bodyLength: length)
    if let refusal = site.refusal(of: request) {
      // The body is not read, so nothing can follow it.
      let keepsAlive = head.keepsAlive && length == 0
      try await send(refusal, to: head, keepsAlive: keepsAlive)
      if length > 0 { await linger() }
      return keepsAlive
    }
    if length > 0 {
      if head.expectsContinue { try await write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
      request.body = try await readBody(length)
    }
    // A stream lasts as long as it must; every write has its own deadline.
    watch.extend(id, by: 24 * 3600)
    let response = await site.response(to: request)
    try await send(response, to: head, keepsAlive: head.keepsAlive)
    return head.keepsAlive
  }

  /// Reads a head; nil when the client ends the connection between two requests.
  private mutating func readHead() async throws -> RequestHead? {
    var searched = 0
    while true {
      if let end = RequestHead.end(in: buffer, searchingFrom: searched) {
        defer { buffer.removeFirst(end) }
        return try RequestHead(buffer[..<end])
      }
      guard buffer.count < RequestHead.limit else { throw RequestProblem.headTooLarge }
      searched = buffer.count
      let isFirst = buffer.isEmpty
      do {
        buffer += try await socket.read(atMost: 4096)
      } catch SocketError.disconnected where isFirst {
        return nil
      }
      if isFirst { watch.extend(id, by: patience.head) }
    }
  }

  private mutating func readBody(_ length: Int) async throws -> Data {
    watch.extend(id, by: patience.body)
    var body = Data(buffer.prefix(length))
    buffer.removeFirst(min(length, buffer.count))
    while body.count < length {
      body.append(contentsOf: try await socket.read(atMost: min(4096, length - body.count)))
    }
    return body
  }

  /// Lets the client read the answer although it still sends: reads a little away, then gives up.
  private mutating func linger() async {
    _ = shutdown(socket.socket.file.rawValue, Int32(SHUT_WR))
    watch.extend(id, by: 1)
    var count = 0
    while count < 1 << 20, let piece = try? await socket.read(atMost: 4096) { count += piece.count }
  }
}

extension SiteConnection {
  private func write(_ data: Data) async throws {
    var rest = data[...]
    while !rest.isEmpty {
      watch.extend(id, by: patience.answer)
      try await socket.write(Data(rest.prefix(1 << 16)))
      rest = rest.dropFirst(1 << 16)
    }
  }

  private func send(_ response: SiteResponse, to head: RequestHead?, keepsAlive: Bool) async throws {
    let hasBody = head?.method != "HEAD" && response.status != 304
    let isChunked = response.byteCount == nil && head?.isOldVersion == false
    let staysOpen = keepsAlive && (response.byteCount != nil || isChunked)
    var lines = ["HTTP/1.1 \(response.status) \(Self.phrases[response.status] ?? "Unknown")"]
    lines += response.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    if let count = response.byteCount, response.status != 304 { lines.append("Content-Length: \(count)") }
    if isChunked { lines.append("Transfer-Encoding: chunked") }
    if !staysOpen { lines.append("Connection: close") }
    var start = Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    if hasBody, case .data(let data) = response.body, data.count < 1 << 14 {
      start += data
      return try await write(start)
    }
    try await write(start)
    if hasBody { try await send(response.body, isChunked: isChunked) }
    guard staysOpen || !keepsAlive else { throw SocketError.disconnected }
  }

  private func send(_ body: SiteResponse.Body, isChunked: Bool) async throws {
    switch body {
    case .data(let data): try await write(data)
    case .file(let url, let byteCount):
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      var left = byteCount
      while left > 0, let piece = try file.read(upToCount: min(left, 1 << 16)), !piece.isEmpty {
        try await write(piece)
        left -= piece.count
      }
      // What was promised cannot be kept when the file became shorter.
      guard left == 0 else { throw SocketError.disconnected }
    case .stream(let pieces):
      for await piece in pieces {
        try await write(
          isChunked ? Data("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Data("\r\n".utf8) : piece)
        watch.extend(id, by: 24 * 3600)
      }
      if isChunked { try await write(Data("0\r\n\r\n".utf8)) }
    }
  }

  private static let phrases = [
    200: "OK", 201: "Created", 202: "Accepted", 303: "See Other", 304: "Not Modified", 400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
    411: "Length Required", 413: "Content Too Large", 415: "Unsupported Media Type",
    422: "Unprocessable Content",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
    503: "Service Unavailable", 505: "HTTP Version Not Supported",
  ]
}
