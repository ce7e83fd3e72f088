/// The text and the classes of every token of a vocabulary, looked up once.
public struct Lexicon: Sendable {
  /// The texts.
  public let texts: TokenTexts
  /// The classes of each token.
  public let classes: [TokenClasses]

  /// Looks at the texts of all tokens.
  public init(_ texts: TokenTexts) {
    self.texts = texts
    classes = texts.all.map { TokenClasses(of: $0) }
  }

  /// What a token says without its blanks and capitals, to tell which tokens are one word.
  func word(_ token: Int) -> String {
    let text = texts[token]
    let core = text.drop(while: \.isWhitespace)
    return core.isEmpty ? text : String(core).lowercased()
  }

  /// A token in quotes, without the blank before it, on one line.
  func quoted(_ token: Int) -> String {
    let text = texts[token]
    var core = text.drop { $0 == " " }
    if core.isEmpty { core = text[...] }
    return "‘" + core.map(Lexicon.visible).joined() + "’"
  }

  private static func visible(_ character: Character) -> String {
    switch character {
    case "\n", "\r\n", "\r": "⏎"
    case "\t": "⇥"
    default: String(character)
    }
  }
}
