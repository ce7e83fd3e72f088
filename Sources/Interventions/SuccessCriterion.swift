/// When a continuation counts as what was expected.
public enum SuccessCriterion: String, Notated {
  /// How it is written.
  public static let example = "starts, contains or line-ends"

  /// It starts with the expectation, spaces aside.
  case starts
  /// It holds the expectation.
  case contains
  /// Its first line ends in the expected word, punctuation aside.
  case lineEnds = "line-ends"

  /// Reads the name of a criterion.
  public init?(_ text: String) { self.init(rawValue: text) }

  /// The name.
  public var description: String { rawValue }

  /// Whether a continuation is what was expected; case does not matter.
  public func isMet(by continuation: String, expecting expected: String) -> Bool {
    let (text, wanted) = (continuation.lowercased(), expected.lowercased())
    switch self {
    case .starts: return text.drop(while: \.isWhitespace).hasPrefix(wanted.drop(while: \.isWhitespace))
    case .contains: return text.contains(wanted)
    case .lineEnds:
      let words = text.drop(while: \.isWhitespace).prefix { !$0.isNewline }.split {
        !$0.isLetter && !$0.isNumber
      }
      return words.last.map(String.init)
        == wanted.split { !$0.isLetter && !$0.isNumber }.last.map(String.init)
    }
  }
}
