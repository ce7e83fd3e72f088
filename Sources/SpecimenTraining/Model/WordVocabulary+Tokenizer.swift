extension WordVocabulary {
  /// The id of a word that is among the words.
  func id(_ word: String) -> Int { words.firstIndex(of: word) ?? 0 }

  /// A `tokenizer.json`: the model `WordLevel`, text split at white space, and the beginning put before every text.
  var tokenizer: TokenizerFile {
    var special: [String] = []
    for word in [beginning, end, unknown].compactMap({ $0 }) where !special.contains(word) {
      special.append(word)
    }
    let first = Piece.special(beginning), text = Piece.sequence("A")
    return TokenizerFile(
      added_tokens: special.sorted { id($0) < id($1) }.map { .init(content: $0, id: id($0)) },
      model: .init(
        unk_token: unknown,
        vocab: Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, $0) })),
      post_processor: .init(
        pair: [first, text, .sequence("B")], single: [first, text],
        special_tokens: [beginning: .init(id: beginning, ids: [id(beginning)], tokens: [beginning])]))
  }

  /// A `tokenizer_config.json`.
  func tokenizerConfiguration(contextLength: Int) -> TokenizerSettings {
    TokenizerSettings(
      add_bos_token: true, bos_token: beginning, eos_token: end, model_max_length: contextLength,
      unk_token: unknown)
  }

  struct TokenizerSettings: Encodable {
    var add_bos_token: Bool
    var bos_token: String
    var clean_up_tokenization_spaces = false
    var eos_token: String?
    var model_max_length: Int
    var tokenizer_class = "PreTrainedTokenizerFast"
    var unk_token: String
  }

  /// The file's form, by its own names.
  struct TokenizerFile: Encodable {
    var added_tokens: [AddedToken]
    var model: Model
    var post_processor: PostProcessor
    var pre_tokenizer = ["type": "WhitespaceSplit"]
    var version = "1.0"

    struct AddedToken: Encodable {
      var content: String
      var id: Int
      var lstrip = false
      var normalized = false
      var rstrip = false
      var single_word = false
      var special = true
    }

    struct Model: Encodable {
      var type = "WordLevel"
      var unk_token: String
      var vocab: [String: Int]
    }

    struct PostProcessor: Encodable {
      var pair: [Piece]
      var single: [Piece]
      var special_tokens: [String: SpecialToken]
      var type = "TemplateProcessing"
    }

    struct SpecialToken: Encodable {
      var id: String
      var ids: [Int]
      var tokens: [String]
    }
  }

  /// A part of a template: a special token, or one of the texts.
  enum Piece: Encodable {
    case special(String)
    case sequence(String)

    private struct Named: Encodable {
      var id: String
      var type_id = 0
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .special(let id): try ["SpecialToken": Named(id: id)].encode(to: encoder)
      case .sequence(let id): try ["Sequence": Named(id: id)].encode(to: encoder)
      }
    }
  }
}
