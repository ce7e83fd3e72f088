/// How long clients may take, in seconds.
package struct ClientPatience: Sendable {
  /// For the first byte of the next request.
  package var idle = 60.0
  /// For a whole head from its first byte on.
  package var head = 10.0
  /// For a whole body.
  package var body = 30.0
  /// For taking up to 64 kB of an answer.
  package var answer = 30.0
  /// For closing the connection after its last answer.
  package var farewell = 1.0

  /// The usual patience.
  package init() {}
}
