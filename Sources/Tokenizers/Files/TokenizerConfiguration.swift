/// Reads Hugging Face's `tokenizer_config.json`: which tokens have a role, and the chat template.
struct TokenizerConfiguration {
  /// The file, if there is one.
  let document: JSONDocument?

  /// The ids with a role in a vocabulary; `firstPrefixed` is the token that the post-processor puts first.
  func names(in vocabulary: Vocabulary, firstPrefixed: String?) throws(TokenizerError) -> SpecialIDs {
    var names = SpecialIDs()
    names.bos = try id(of: "bos_token", in: vocabulary)
    names.eos = try id(of: "eos_token", in: vocabulary)
    names.pad = try id(of: "pad_token", in: vocabulary)
    let prefixed = firstPrefixed.flatMap { vocabulary.id(of: Array($0.utf8)) }
    if document == nil { names.bos = prefixed }
    names.addsBOS = prefixed != nil && prefixed == names.bos
    if let document, let adds = try document.bool("add_bos_token", of: document.root) { names.addsBOS = adds }
    names.chatTemplate = try chatTemplate()
    return names
  }

  /// The id of a token that is named as a string, or as an object with its content.
  private func id(of name: String, in vocabulary: Vocabulary) throws(TokenizerError) -> Int? {
    guard let document, let value = document.member(name, of: document.root) else { return nil }
    let token: String?
    if case .string(let text) = value {
      token = document.string(text)
    } else {
      token = try document.string("content", of: value, at: name + ".")
    }
    guard let token else { throw document.unexpected(name, "a token") }
    return vocabulary.id(of: Array(token.utf8))
  }

  /// The template, which is a string or a list of named ones; of those the one named `default`.
  private func chatTemplate() throws(TokenizerError) -> String? {
    guard let document, let value = document.member("chat_template", of: document.root) else { return nil }
    switch value {
    case .string(let text): return document.string(text)
    case .array(let choices):
      for choice in choices where try document.string("name", of: choice) == "default" {
        return try document.string("template", of: choice)
      }
      return nil
    default: throw document.unexpected("chat_template", "a string or a list")
    }
  }
}
