import Tokenizers
import Transformers

extension LanguageModel {
  /// The id of a token given by its text.
  func tokenID(_ text: String) throws(CommandError) -> Int {
    if let id = tokenizer.id(ofText: text) { return id }
    guard !text.isEmpty else { throw CommandError("A token is named by its text, not by ''.") }
    let pieces = tokenizer.encode(text).prefix(20).map { "‘\(Terminal.visible(tokenizer.piece($0)))’" }
    throw CommandError(
      "'\(text.prefix(80))' is not one token, but several (\(pieces.joined(separator: " "))); mind the leading space."
    )
  }
}
