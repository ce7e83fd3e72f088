/// A message to a chat model.
public struct EndpointMessage: Sendable, Equatable, Codable {
  /// `system` or `user`.
  public var role: String
  /// The text.
  public var content: String

  /// Says something.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}

/// Tokens that were paid for.
public struct TokenUsage: Sendable, Equatable, Codable {
  /// Requests that were answered.
  public var requests = 0
  /// Tokens read.
  public var input = 0
  /// Tokens written.
  public var output = 0
  /// Requests whose tokens the endpoint did not tell, so that they are estimated from the bytes.
  public var estimated = 0

  /// Nothing yet.
  public init() {}

  /// Names amounts.
  public init(requests: Int, input: Int, output: Int, estimated: Int = 0) {
    self.requests = requests
    self.input = input
    self.output = output
    self.estimated = estimated
  }

  /// Adds up.
  public static func += (left: inout TokenUsage, right: TokenUsage) {
    left.requests += right.requests
    left.input += right.input
    left.output += right.output
    left.estimated += right.estimated
  }

  /// About how many tokens a text has.
  static func tokens(in text: String) -> Int { (text.utf8.count + 3) / 4 }

  /// About how many tokens a request has.
  package static func tokens(in messages: [EndpointMessage]) -> Int {
    messages.reduce(0) { $0 + tokens(in: $1.content) + 4 }
  }
}

/// What a million tokens cost.
public struct TokenPrice: Sendable, Equatable {
  /// Tokens read.
  public var input: Double
  /// Tokens written.
  public var output: Double

  /// Names prices.
  public init(input: Double, output: Double) {
    self.input = input
    self.output = output
  }

  /// What some tokens cost.
  public func cost(of usage: TokenUsage) -> Double {
    (Double(usage.input) * input + Double(usage.output) * output) / 1e6
  }
}
