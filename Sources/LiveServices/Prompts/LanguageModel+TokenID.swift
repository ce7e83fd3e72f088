import Tokenizers
public import Transformers

extension LanguageModel {
  /// The id of a token given by its text.
  public func tokenID(_ text: String) throws(PromptError) -> Int {
    if let id = tokenizer.id(ofText: text) { return id }
    guard !text.isEmpty else { throw PromptError("A token is named by its text, not by ''.") }
    let pieces = tokenizer.encode(text).prefix(20).map { "‘\(VisibleText.token(tokenizer.piece($0)))’" }
    throw PromptError(
      "'\(text.prefix(80))' is not one token, but several (\(pieces.joined(separator: " "))); mind the leading space."
    )
  }
}
