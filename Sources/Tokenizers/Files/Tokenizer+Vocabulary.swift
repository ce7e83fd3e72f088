extension Tokenizer {
  /// Makes the tokenizer of a model file that carries its vocabulary as GGUF does.
  ///
  /// - Throws: A `TokenizerError` if lists disagree, ids are out of range, a merge names pieces that do not
  ///   exist, or the rule for words is not known.
  public init(vocabulary source: TokenizerVocabulary) throws(TokenizerError) {
    try Self.checkCounts(of: source)
    let isByteLevel = source.kind == .bytePairEncoding
    let vocabulary = Self.vocabulary(of: source)
    var steps = EncodingSteps(model: .bytePairs(try Self.model(of: source, vocabulary)))
    steps.parsesMarkers = isByteLevel
    if isByteLevel {
      try Self.addWordRule(named: source.preTokenizer, to: &steps)
    } else {
      steps.normalizers = [.replace([0x20], with: Self.spaceMark)]
      if source.addsSpacePrefix { steps.normalizers.append(.prependToText(Self.spaceMark)) }
    }
    Self.addSpecialPieces(of: source, vocabulary, to: &steps)
    let decoder =
      isByteLevel
      ? TextDecoder(joinsBytes: true)
      : TextDecoder(
        joinsBytes: false, replacements: [.init(pattern: Self.spaceMark, replacement: [0x20])],
        dropsLeadingSpace: source.addsSpacePrefix)
    let names = SpecialIDs(
      bos: source.bosID, eos: source.eosID, pad: source.padID, addsBOS: source.addsBOS ?? !isByteLevel,
      chatTemplate: source.chatTemplate)
    try self.init(vocabulary: vocabulary, steps: steps, decoder: decoder, names: names)
  }

  private static func checkCounts(of source: TokenizerVocabulary) throws(TokenizerError) {
    let count = source.pieces.count
    guard source.types.isEmpty || source.types.count == count else {
      throw .mismatchedCounts(what: "token types", count: source.types.count, pieces: count)
    }
    guard source.kind == .bytePairEncoding || source.scores.count == count else {
      throw .mismatchedCounts(what: "scores", count: source.scores.count, pieces: count)
    }
  }

  private static func vocabulary(of source: TokenizerVocabulary) -> Vocabulary {
    let alphabet = ByteAlphabet()
    var vocabulary = Vocabulary(capacity: source.pieces.count)
    for (id, piece) in source.pieces.enumerated() {
      let type = source.types.isEmpty ? 1 : source.types[id]
      let kind = UInt8(exactly: type).flatMap(Vocabulary.PieceKind.init(rawValue:)) ?? .normal
      if source.kind == .bytePairEncoding, kind == .normal, let bytes = alphabet.bytes(ofPiece: piece.utf8) {
        vocabulary.append(bytes, kind: kind)
      } else {
        vocabulary.append(piece.utf8, kind: kind)
      }
    }
    return vocabulary
  }

  private static func model(
    of source: TokenizerVocabulary, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> BytePairModel {
    let isByteLevel = source.kind == .bytePairEncoding
    return BytePairModel(
      rule: isByteLevel ? .ranks(try mergeTable(of: source.merges, vocabulary)) : .scores(source.scores),
      startsFromBytes: isByteLevel, takesWholeWords: isByteLevel && source.preTokenizer == "llama-bpe",
      fallsBackToBytes: !isByteLevel, fusesUnknown: !isByteLevel,
      unknownID: isByteLevel ? nil : source.unknownID)
  }

  /// Reads merges of the form "left right".
  private static func mergeTable(
    of merges: [String], _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> MergeTable {
    var reader = MergeReader(vocabulary: vocabulary, isByteLevel: true, capacity: merges.count)
    for merge in merges { try reader.append(pair: Array(merge.utf8)) }
    return reader.merges
  }

  private static func addWordRule(named name: String, to steps: inout EncodingSteps) throws(TokenizerError) {
    switch name {
    case "gpt-2", "gpt2": steps.preTokenizers = [.words(.gpt2)]
    case "olmo":  // GPT-NeoX and what took over its tokenizer
      steps.normalizers = [.composition]
      steps.preTokenizers = [.words(.gpt2)]
    case "smollm":
      steps.preTokenizers = [.split(.numbers(isSingle: true), .isolated, isInverted: false), .words(.gpt2)]
    case "llama-bpe", "llama3", "llama-v3": steps.preTokenizers = [.words(.clauses(digits: 3))]
    case "qwen2":
      steps.normalizers = [.composition]
      steps.preTokenizers = [.words(.clauses(digits: 1))]
    default:
      throw .unsupported(file: "The model file", what: "the pre-tokenizer `\(name)`")
    }
  }

  private static func addSpecialPieces(
    of source: TokenizerVocabulary, _ vocabulary: Vocabulary, to steps: inout EncodingSteps
  ) {
    for (id, kind) in vocabulary.kinds.enumerated() {
      let isMarker = kind == .control || kind == .unknown
      guard isMarker || kind == .userDefined else { continue }
      let rule = SpecialPieces.Rule(id: id, isMarker: isMarker)
      let bytes = Array(vocabulary.table.bytes(of: id))
      if isMarker || source.kind == .bytePairEncoding {
        steps.rawPieces.insert(bytes, rule)
      } else {
        let escaped = UTF8Text.replacing([0x20], with: spaceMark, in: bytes)
        steps.normalizedPieces.insert(source.matchesSpaceRuns ? escaped : bytes, rule)
      }
    }
  }

  /// SentencePiece's mark for a space, U+2581.
  private static var spaceMark: [UInt8] { Array("\u{2581}".utf8) }
}

extension PreTokenizer {
  /// Splitting into the words of a rule.
  static func words(_ rule: WordRule) -> PreTokenizer { .split(.words(rule), .isolated, isInverted: false) }
}
