import Foundation
import ModelFiles
import Tokenizers

/// Which tokens end a text or a turn.
enum EndTokens {
  /// Reads them from a model's files.
  ///
  /// A folder names them in `generation_config.json`, or in `config.json` where that is silent; a GGUF file in its
  /// metadata, where files of tuned models often name only the end of a text, so that the well-known ends of a turn
  /// count as well. The tokenizer's own end of a text always counts.
  static func read(path: String, _ tokenizer: Tokenizer) throws -> Set<Int> {
    let own = Set([tokenizer.eosID].compactMap { $0 })
    let named = path.hasSuffix(".gguf") ? try named(gguf: path, tokenizer) : try named(folder: path)
    return own.union(named).filter { $0 >= 0 && $0 < tokenizer.vocabularySize }
  }

  private static func named(gguf path: String, _ tokenizer: Tokenizer) throws -> [Int] {
    let file = try GGUFFile(path: path)
    let keys = ["eos", "eot", "eom"].map { "tokenizer.ggml.\($0)_token_id" }
    let turns = ["<|im_end|>", "<|eot_id|>", "<end_of_turn>"].compactMap { tokenizer.id(ofPiece: $0) }
    return try keys.filter { file.metadata[$0] != nil }.map { try file.integer($0) }
      + turns.filter { tokenizer.isSpecial($0) }
  }

  private static func named(folder path: String) throws -> [Int] {
    for file in ["/generation_config.json", "/config.json"].map({ path + $0 }) {
      guard let data = try MappedFile.contents(ifAt: file) else { continue }
      guard let said = try? JSONDecoder().decode(Said.self, from: data) else {
        throw TransformerError.invalidConfiguration(
          path: file, problem: "its 'eos_token_id' is neither a token id nor a list of them")
      }
      if let ids = said.eos_token_id?.ids { return ids }
    }
    return []
  }

  private struct Said: Decodable {
    var eos_token_id: OneOrMore?
  }

  /// One id, or a list of them.
  private struct OneOrMore: Decodable {
    var ids: [Int]

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let id = try? value.decode(Int.self) { ids = [id] } else { ids = try value.decode([Int].self) }
    }
  }
}

extension MappedFile {
  /// Returns a file's contents, or nil where there is no such file.
  static func contents(ifAt path: String) throws -> Data? {
    FileManager.default.fileExists(atPath: path) ? try contents(path) : nil
  }
}
