public import Foundation

extension Tokenizer {
  /// Makes the tokenizer of a Hugging Face folder.
  ///
  /// - Parameters:
  ///   - tokenizerJSON: The contents of `tokenizer.json`: a byte-level BPE, a SentencePiece-style BPE with byte
  ///     fallback, or whole words (`WordLevel`).
  ///   - configuration: The contents of `tokenizer_config.json`, which names the special tokens and holds the
  ///     chat template.
  ///   - chatTemplate: The contents of `chat_template.jinja`, which goes before the one in the configuration.
  /// - Throws: A `TokenizerError` that says what is malformed, contradictory or not supported.
  public init(
    tokenizerJSON: Data, configuration: Data?, chatTemplate: Data? = nil
  ) throws(TokenizerError) {
    let document = try JSONDocument(Array(tokenizerJSON), file: "tokenizer.json")
    let reader = TokenizerFile(document: document)
    let parts = try reader.read()
    let settings: JSONDocument?
    if let configuration {
      settings = try JSONDocument(Array(configuration), file: "tokenizer_config.json")
    } else {
      settings = nil
    }
    var names = try TokenizerConfiguration(document: settings).names(
      in: parts.vocabulary, firstPrefixed: try reader.firstPrefixedToken())
    if let chatTemplate { names.chatTemplate = String(decoding: chatTemplate, as: UTF8.self) }
    try self.init(vocabulary: parts.vocabulary, steps: parts.steps, decoder: parts.decoder, names: names)
  }
}
