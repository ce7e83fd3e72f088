/// Work for a chat endpoint: items, of which each gets an answer.
public protocol EndpointJob: Sendable {
  /// What is asked about.
  associatedtype Item: Hashable & Sendable
  /// What is made of the endpoint's text for an item.
  associatedtype Answer: Sendable

  /// The items without an answer, in order.
  var items: [Item] { get }
  /// How many items a request may have.
  var batch: Int { get }
  /// The most tokens of an answer to one item.
  var maxTokens: Int { get }
  /// About how many tokens an answer to one item has.
  var usualTokens: Int { get }

  /// Writes the request for some items; nil when there is nothing to ask about them.
  func messages(for items: [Item]) throws -> [EndpointMessage]?

  /// Finds the answers in a text; items whose answer is missing or unusable are left out.
  func answers(in text: String, to items: [Item]) -> [Item: Answer]

  /// Keeps answers and what they cost, both or neither.
  func record(_ answers: [Item: Answer], _ usage: TokenUsage) throws
}

/// How far endpoint work has come.
public struct EndpointProgress: Sendable, Equatable {
  /// Items in all.
  public var total = 0
  /// Items with an answer.
  public var answered = 0
  /// Items for which no usable answer came in several requests, or about which there is nothing to ask.
  public var failed = 0
  /// Requests that were given up or cut off, whose cost, if any, nobody told.
  public var unanswered = 0
  /// What was paid for.
  public var usage = TokenUsage()
}
