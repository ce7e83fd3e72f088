import Foundation
import NIOCore
import NIOHTTP1

/// Lets requests through that can be answered, and ends the connection behind an answer that must be the last.
///
/// The parser before it hands over one request at a time: the next comes when the last one is answered.
final class RequestGate: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let clock: ConnectionClock
  /// Whether the request was read to its end.
  private var isWhole = true
  /// Whether no other request follows the one that is answered.
  private var isLast = false
  /// Whether the client speaks HTTP/1.0, which knows no chunks.
  private var isOldVersion = false
  /// Whether the last answer is under way: what the client still sends is thrown away.
  private var isEnding = false
  private var thrownAway = 0

  /// The bytes that are read and thrown away, so that a client which still sends can read the answer.
  private static let wasteLimit = 1 << 20

  init(_ clock: ConnectionClock) { self.clock = clock }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = Self.unwrapInboundIn(data)
    if isEnding { return throwAway(part, context) }
    switch part {
    case .head(let head):
      if let problem = RequestProblem(head) { return refuse(problem, context) }
      isWhole = false
      isOldVersion = head.version != .http1_1
      isLast = isOldVersion || !head.isKeepAlive || head.headers.contains(name: "upgrade")
      clock.expect(.body)
    case .body: break
    case .end:
      isWhole = true
      clock.expect(.nothing)
    }
    context.fireChannelRead(data)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if isEnding { return }
    guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
    // A client that went away in the middle of a request reads no answer.
    guard isWhole, error != .invalidEOFState else { return context.close(promise: nil) }
    refuse(RequestProblem(error), context)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch Self.unwrapOutboundIn(data) {
    case _ where isEnding: promise?.fail(ChannelError.outputClosed)
    case .head(var head) where head.status != .continue:
      // What follows a body that was not read cannot be told from it.
      if !isWhole { isLast = true }
      if isOldVersion { head.headers.remove(name: "transfer-encoding") }
      if head.headers["connection"].first == "close" { isLast = true }
      if isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
      context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
    case .end where isLast: end(data, context, promise)
    case .end:
      clock.expect(.request)
      context.write(data, promise: promise)
    default: context.write(data, promise: promise)
    }
  }

  /// Answers what is no request, or none that can be read to its end.
  private func refuse(_ problem: RequestProblem, _ context: ChannelHandlerContext) {
    let response = problem.response
    guard case .data(let data) = response.body else { preconditionFailure("an error's body is data") }
    var headers = HTTPHeaders(response.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    headers.add(name: "Content-Length", value: String(data.count))
    headers.add(name: "Connection", value: "close")
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: data)))), promise: nil)
    end(NIOAny(HTTPServerResponsePart.end(nil)), context, nil)
  }

  private func end(_ data: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    isEnding = true
    clock.expect(.farewell)
    context.writeAndFlush(data, promise: promise)
    context.close(mode: .output, promise: nil)
  }

  private func throwAway(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    guard case .body(let bytes) = part else { return }
    thrownAway += bytes.readableBytes
    if thrownAway > Self.wasteLimit { context.close(promise: nil) }
  }
}
