import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// One client's connection, from its bytes to the site.
///
/// 1. ``ConnectionClock`` bounds every wait for the client.
/// 2. The parser bounds heads; it hands over one request at a time.
/// 3. ``RequestGate`` refuses what is only almost HTTP, and ends the connection behind the last answer.
/// 4. Hummingbird hands the request to the responder.
struct SiteChannel: HTTPChannelHandler {
  let responder: HTTPChannelHandler.Responder
  let patience: ClientPatience

  func setup(
    channel: any Channel, logger: Logger
  ) -> EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let clock = ConnectionClock(patience)
      try pipeline.addHandler(clock)
      try pipeline.configureHTTPServerPipeline(
        withErrorHandling: false, withEncoderConfiguration: Self.encoder,
        withDecoderLimitConfiguration: Self.limits)
      try pipeline.addHandler(RequestGate(clock))
      try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
      return try NIOAsyncChannel(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }
  }

  func handle(value: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>, logger: Logger) async {
    await handleHTTP(asyncChannel: value, logger: logger)
  }

  private static var limits: NIOHTTPDecoderLimitConfiguration {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = RequestProblem.headLimit
    limits.maxHeaderListSize = RequestProblem.headLimit
    return limits
  }

  /// The responder says how a body ends: the encoder cannot know that `HEAD` has none.
  private static var encoder: HTTPResponseEncoder.Configuration {
    var encoder = HTTPResponseEncoder.Configuration()
    encoder.automaticallySetFramingHeaders = false
    return encoder
  }
}
