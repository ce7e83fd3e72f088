extension Tokenizer {
  /// The token ids of a text, without a beginning-of-text token.
  ///
  /// - Parameters:
  ///   - text: Any text; the empty one has no ids.
  ///   - parsingSpecialTokens: Whether markers that are spelled out in the text, such as `<|im_start|>`,
  ///     become their ids. Nil follows the source of the tokenizer: yes, but for SentencePiece vocabularies
  ///     of GGUF files, whose control tokens are no text. Pass true for a rendered chat. User-defined pieces
  ///     are always found.
  /// - Complexity: O(n log n) in the length of the longest word.
  public func encode(_ text: String, parsingSpecialTokens: Bool? = nil) -> [Int] {
    steps.encode(
      Array(text.utf8), vocabulary: vocabulary, parsingMarkers: parsingSpecialTokens ?? steps.parsesMarkers)
  }

  /// The text of token ids, markers included; ids outside the vocabulary are left out.
  ///
  /// Bytes that are no UTF-8 appear as U+FFFD.
  public func decode(_ ids: [Int]) -> String {
    decoder.text(of: ids.filter { vocabulary.kinds.indices.contains($0) }, in: vocabulary)
  }

  /// The text of one token id on its own; a part of a character is U+FFFD.
  public func piece(_ id: Int) -> String { decode([id]) }

  /// The bytes that a token id stands for in a text; none if it is outside the vocabulary.
  public func bytes(of id: Int) -> [UInt8] {
    vocabulary.kinds.indices.contains(id) ? decoder.bytes(of: id, in: vocabulary) : []
  }
}
