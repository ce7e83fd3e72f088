import Foundation
public import LinearAlgebra
import ModelFiles
public import Tokenizers

/// A model with its tokenizer.
public struct LanguageModel: Sendable {
  /// The model's weights and form.
  public let transformer: Transformer
  /// Text to token ids and back.
  public let tokenizer: Tokenizer
  /// The tokens that end a text or a turn, as the model's files say.
  public let endTokens: Set<Int>

  /// Opens a model and its tokenizer.
  ///
  /// - Parameter path: A GGUF file, or a Hugging Face folder.
  public init(path: String, workers: Workers = Workers()) throws {
    transformer = try Transformer(path: path, workers: workers)
    tokenizer = try LanguageModel.tokenizer(path: path)
    endTokens = try EndTokens.read(path: path, tokenizer)
  }

  /// Opens the tokenizer alone.
  public static func tokenizer(path: String) throws -> Tokenizer {
    guard let values = try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey]) else {
      throw TransformerError.missing(path: path)
    }
    guard values.isDirectory == true else {
      guard path.hasSuffix(".gguf") else { throw TransformerError.notAModel(path: path) }
      return try Tokenizer(vocabulary: TokenizerVocabulary(GGUFFile(path: path), path: path))
    }
    guard let json = try MappedFile.contents(ifAt: path + "/tokenizer.json") else {
      throw TransformerError.notAModel(path: path)
    }
    return try Tokenizer(
      tokenizerJSON: json, configuration: MappedFile.contents(ifAt: path + "/tokenizer_config.json"),
      chatTemplate: MappedFile.contents(ifAt: path + "/chat_template.jinja"))
  }
}

extension TokenizerVocabulary {
  /// Takes the vocabulary from a GGUF file's `tokenizer.ggml.*` keys.
  init(_ file: GGUFFile, path: String) throws {
    let key = { (name: String) in "tokenizer.ggml." + name }
    let has = { (name: String) in file.metadata[key(name)] != nil }
    let kind: Kind
    switch try file.string(key("model")) {
    case "gpt2": kind = .bytePairEncoding
    case "llama": kind = .sentencePiece
    case let other:
      throw TransformerError.unsupported(path: path, feature: "a tokenizer of the kind '\(other)'")
    }
    let id = { (name: String) throws in has(name) ? try file.integer(key(name)) : nil }
    self.init(
      kind: kind, pieces: try file.strings(key("tokens")),
      types: has("token_type") ? try file.integers(key("token_type")) : [],
      scores: has("scores") ? try file.floats(key("scores")) : [],
      merges: has("merges") ? try file.strings(key("merges")) : [],
      preTokenizer: has("pre") ? try file.string(key("pre")) : "default", bosID: try id("bos_token_id"),
      eosID: try id("eos_token_id"), unknownID: try id("unknown_token_id"), padID: try id("padding_token_id"),
      addsBOS: has("add_bos_token") ? try file.bool(key("add_bos_token")) : nil,
      addsSpacePrefix: has("add_space_prefix")
        ? try file.bool(key("add_space_prefix")) : kind == .sentencePiece,
      chatTemplate: file.metadata["tokenizer.chat_template"] == nil
        ? nil : try file.string("tokenizer.chat_template"))
  }
}
