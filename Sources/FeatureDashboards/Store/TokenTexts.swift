/// The text of each token id.
public struct TokenTexts: Sendable, Equatable {
  private let texts: [String]

  /// Wraps the texts of all ids, from 0 on.
  public init(_ texts: [String]) { self.texts = texts }

  /// The number of ids.
  public var count: Int { texts.count }

  /// All of them.
  public var all: [String] { texts }

  /// A token's text; the replacement character for an id that has none.
  public subscript(token: Int) -> String { texts.indices.contains(token) ? texts[token] : "\u{FFFD}" }
}
