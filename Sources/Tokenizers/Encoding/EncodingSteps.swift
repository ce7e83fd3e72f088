/// The way from text to ids; see `Tokenizer` for the steps.
struct EncodingSteps: Sendable {
  /// Pieces that are found in the text as it is.
  var rawPieces = SpecialPieces()
  /// Pieces that are found in normalized text.
  var normalizedPieces = SpecialPieces()
  /// Rewriting of the text between raw pieces, in order.
  var normalizers: [Normalizer] = []
  /// Splitting into words, in order.
  var preTokenizers: [PreTokenizer] = []
  /// Turning words into pieces.
  var model: WordModel
  /// Whether markers in the text are parsed if the caller does not say.
  var parsesMarkers = true

  /// The text after all normalizers.
  func normalized(_ text: [UInt8], isFirst: Bool) -> [UInt8] {
    normalizers.reduce(text) { $1.apply(to: $0, isFirst: isFirst) }
  }

  /// The ids of a text.
  func encode(_ text: [UInt8], vocabulary: Vocabulary, parsingMarkers: Bool) -> [Int] {
    var ids: [Int] = []
    var merger = PieceMerger()
    forEachGap(of: text, between: rawPieces, parsingMarkers: parsingMarkers, into: &ids) {
      gap, isFirst, ids in
      let normal = normalized(gap, isFirst: isFirst)
      forEachGap(of: normal, between: normalizedPieces, parsingMarkers: parsingMarkers, into: &ids) {
        plain, isFirstPlain, ids in
        encodePlain(plain, isFirst: isFirst && isFirstPlain, vocabulary, &merger, into: &ids)
      }
    }
    return ids
  }

  /// Appends the ids of special pieces and calls a closure for the non-empty text between them.
  private func forEachGap(
    of text: [UInt8], between pieces: SpecialPieces, parsingMarkers: Bool, into ids: inout [Int],
    _ body: ([UInt8], _ isFirst: Bool, inout [Int]) -> Void
  ) {
    var start = 0
    for match in pieces.matches(in: text, parsingMarkers: parsingMarkers) {
      if start < match.range.lowerBound {
        body(Array(text[start..<match.range.lowerBound]), start == 0, &ids)
      }
      ids.append(match.rule.id)
      start = match.range.upperBound
    }
    if start < text.count { body(start == 0 ? text : Array(text[start...]), start == 0, &ids) }
  }

  private func encodePlain(
    _ text: [UInt8], isFirst: Bool, _ vocabulary: Vocabulary, _ merger: inout PieceMerger,
    into ids: inout [Int]
  ) {
    var words = WordList(text)
    for preTokenizer in preTokenizers { preTokenizer.apply(to: &words, isFirst: isFirst) }
    var start = 0
    for end in words.ends {
      model.encode(words.bytes, word: start..<end, vocabulary: vocabulary, merger: &merger, into: &ids)
      start = end
    }
  }
}
