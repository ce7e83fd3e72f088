/// Reads Hugging Face's `tokenizer.json`.
struct TokenizerFile {
  /// The file.
  let document: JSONDocument

  /// An entry of `added_tokens`.
  struct AddedToken {
    /// The id.
    var id: Int
    /// The spelling.
    var content: [UInt8]
    /// Whether it is matched in normalized text.
    var isNormalized: Bool
    /// How it is matched.
    var rule: SpecialPieces.Rule
  }

  /// The pieces, the way to ids and the way back.
  func read() throws(TokenizerError) -> (vocabulary: Vocabulary, steps: EncodingSteps, decoder: TextDecoder) {
    let model = document.member("model", of: document.root)
    let isWordLevel = try checkModel(model)
    let added = try addedTokens()
    var preTokenizers: [PreTokenizer] = []
    var isByteLevel = false
    let pipeline = PipelineReader(document: document)
    try pipeline.readPreTokenizer(
      document.member("pre_tokenizer", of: document.root), into: &preTokenizers, isByteLevel: &isByteLevel)
    var decoder = TextDecoder(joinsBytes: isByteLevel)
    try pipeline.readDecoder(document.member("decoder", of: document.root), into: &decoder)
    isByteLevel = isByteLevel || decoder.joinsBytes
    decoder.joinsBytes = isByteLevel
    decoder.separatesWords = isWordLevel && document.member("decoder", of: document.root) == nil
    let fallsBack = try document.bool("byte_fallback", of: model, at: "model.") ?? false
    let vocabulary = try VocabularyReader(
      document: document, isByteLevel: isByteLevel, fallsBackToBytes: fallsBack
    )
    .read(document.member("vocab", of: model), added: added)
    var steps = EncodingSteps(
      model: isWordLevel
        ? .wholeWords(unknownID: try unknownID(of: model, in: vocabulary))
        : .bytePairs(
          try bytePairModel(model, vocabulary, isByteLevel: isByteLevel, fallsBackToBytes: fallsBack)))
    try pipeline.readNormalizer(document.member("normalizer", of: document.root), into: &steps.normalizers)
    steps.preTokenizers = preTokenizers
    add(added, to: &steps)
    return (vocabulary, steps, decoder)
  }

  /// Refuses models other than plain BPE and whole words; returns whether it is whole words.
  private func checkModel(_ model: JSONDocument.Value?) throws(TokenizerError) -> Bool {
    guard case .object? = model else { throw document.unexpected("model", "an object") }
    let type = try document.string("type", of: model, at: "model.") ?? "BPE"
    guard type == "BPE" || type == "WordLevel" else {
      throw document.unsupported("the model type `\(type)`")
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = try document.string(name, of: model, at: "model."), !affix.isEmpty {
        throw document.unsupported("the model option `\(name)`")
      }
    }
    if case .number(let dropout)? = document.member("dropout", of: model), dropout > 0 {
      throw document.unsupported("the model option `dropout`")
    }
    return type == "WordLevel"
  }

  private func bytePairModel(
    _ model: JSONDocument.Value?, _ vocabulary: Vocabulary, isByteLevel: Bool, fallsBackToBytes: Bool
  ) throws(TokenizerError) -> BytePairModel {
    BytePairModel(
      rule: .ranks(try mergeTable(of: model, vocabulary, isByteLevel: isByteLevel)),
      startsFromBytes: isByteLevel,
      takesWholeWords: try document.bool("ignore_merges", of: model, at: "model.") ?? false,
      fallsBackToBytes: fallsBackToBytes,
      fusesUnknown: try document.bool("fuse_unk", of: model, at: "model.") ?? false,
      unknownID: try unknownID(of: model, in: vocabulary))
  }

  /// The id of the token that stands for what is no piece, or nil.
  private func unknownID(
    of model: JSONDocument.Value?, in vocabulary: Vocabulary
  ) throws(TokenizerError) -> Int? {
    try document.string("unk_token", of: model, at: "model.").flatMap { vocabulary.id(of: Array($0.utf8)) }
  }

  /// Reads merges in either form, "left right" or ["left", "right"].
  private func mergeTable(
    of model: JSONDocument.Value?, _ vocabulary: Vocabulary, isByteLevel: Bool
  ) throws(TokenizerError) -> MergeTable {
    let merges = try document.array("merges", of: model, at: "model.")
    var reader = MergeReader(vocabulary: vocabulary, isByteLevel: isByteLevel, capacity: merges.count)
    for merge in merges {
      switch merge {
      case .string(let text): try reader.append(pair: document.utf8(text))
      case .array(let pair):
        guard pair.count == 2, case .string(let left) = pair[0], case .string(let right) = pair[1] else {
          fallthrough
        }
        try reader.append(left: document.utf8(left), right: document.utf8(right))
      default: throw document.unexpected("model.merges", "a pair of pieces")
      }
    }
    return reader.merges
  }

  private func addedTokens() throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for (index, value) in try document.array("added_tokens", of: document.root).enumerated() {
      let path = "added_tokens[\(index)]."
      guard let id = document.index(document.member("id", of: value)) else {
        throw document.unexpected(path + "id", "a whole number")
      }
      guard let content = try document.string("content", of: value, at: path), !content.isEmpty else {
        throw document.unexpected(path + "content", "a string")
      }
      var rule = SpecialPieces.Rule(
        id: id, isMarker: try document.bool("special", of: value, at: path) ?? false)
      rule.absorbsSpaceBefore = try document.bool("lstrip", of: value, at: path) ?? false
      rule.absorbsSpaceAfter = try document.bool("rstrip", of: value, at: path) ?? false
      rule.isWholeWord = try document.bool("single_word", of: value, at: path) ?? false
      let isNormalized = try document.bool("normalized", of: value, at: path) ?? !rule.isMarker
      tokens.append(AddedToken(id: id, content: Array(content.utf8), isNormalized: isNormalized, rule: rule))
    }
    return tokens
  }

  private func add(_ tokens: [AddedToken], to steps: inout EncodingSteps) {
    for token in tokens {
      if token.isNormalized {
        steps.normalizedPieces.insert(steps.normalized(token.content, isFirst: false), token.rule)
      } else {
        steps.rawPieces.insert(token.content, token.rule)
      }
    }
  }

  /// The token that the post-processor puts before a text, or nil.
  func firstPrefixedToken() throws(TokenizerError) -> String? {
    let processor = document.member("post_processor", of: document.root)
    let steps = try document.array("processors", of: processor, at: "post_processor.")
    for step in [processor] + steps.map(Optional.some) {
      let template = try document.array("single", of: step, at: "post_processor.")
      if let id = try document.string("id", of: document.member("SpecialToken", of: template.first)) {
        return id
      }
    }
    return nil
  }
}
