import NIOCore

/// Ends a connection whose client keeps the server waiting.
///
/// It stands before all that reads HTTP: it sees the first byte of a head, and what the client has taken of an answer.
/// ``RequestGate`` tells it what comes next.
final class ConnectionClock: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  /// What the client must do next.
  enum Wait {
    /// Begin a request.
    case request
    /// Finish the head that it began.
    case head
    /// Send the rest of a body.
    case body
    /// Nothing: the answer is being made.
    case nothing
    /// Close a connection on which no answer will come.
    case farewell
  }

  private let patience: ClientPatience
  private var wait = Wait.request
  /// The pieces of answers that the client has not taken.
  private var untaken = 0
  /// Whether no more is sent once all is taken.
  private var isLastSent = false
  private var context: ChannelHandlerContext?
  private var alarm: Scheduled<Void>?

  init(_ patience: ClientPatience) { self.patience = patience }

  /// Gives the client time for the next thing that it must do.
  func expect(_ wait: Wait) {
    self.wait = wait
    restart()
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    restart()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    alarm?.cancel()
    alarm = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if wait == .request { expect(.head) }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let taken = promise ?? context.eventLoop.makePromise()
    untaken += 1
    restart()
    taken.futureResult.assumeIsolated().whenComplete { _ in
      self.untaken -= 1
      self.restart()
      if self.isLastSent, self.untaken == 0 { self.context?.close(mode: .output, promise: nil) }
    }
    context.write(data, promise: taken)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .output, untaken > 0 else { return context.close(mode: mode, promise: promise) }
    // To a client that is done sending, the end of the output is the end of the connection: not before all is taken.
    isLastSent = true
    promise?.succeed()
  }

  private func restart() {
    alarm?.cancel()
    alarm = nil
    guard let context, let seconds else { return }
    alarm = context.eventLoop.assumeIsolated()
      .scheduleTask(in: .milliseconds(Int64(seconds * 1000))) { context.close(promise: nil) }
  }

  /// How long the client may take, in seconds; nil for ever.
  private var seconds: Double? {
    if untaken > 0 { return patience.answer }
    return switch wait {
    case .request: patience.idle
    case .head: patience.head
    case .body: patience.body
    case .nothing: nil
    case .farewell: patience.farewell
    }
  }
}
