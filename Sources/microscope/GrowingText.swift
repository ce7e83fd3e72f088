import Tokenizers

/// Text that is decoded token by token: a character whose bytes are not all there yet waits.
struct GrowingText {
  private let tokenizer: Tokenizer
  private var tokens: [Int] = []
  private var shown = ""

  init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Adds a token and returns what can be shown now.
  mutating func add(_ token: Int) -> String {
    tokens.append(token)
    let text = tokenizer.decode(tokens)
    guard !text.hasSuffix("\u{FFFD}") else { return "" }
    return take(text)
  }

  /// What still waits at the end.
  var rest: String {
    var copy = self
    return copy.take(tokenizer.decode(tokens))
  }

  private mutating func take(_ text: String) -> String {
    let added = String(text.unicodeScalars.dropFirst(shown.unicodeScalars.count))
    shown = text
    return added
  }
}
