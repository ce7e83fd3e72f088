/// How a word becomes ids.
enum WordModel: Sendable {
  /// It is joined from bytes or characters.
  case bytePairs(BytePairModel)
  /// It is a piece as a whole, or the unknown piece (Hugging Face's `WordLevel`); nil drops what is unknown.
  case wholeWords(unknownID: Int?)

  /// The id of what is no piece.
  var unknownID: Int? {
    switch self {
    case .bytePairs(let model): model.unknownID
    case .wholeWords(let unknownID): unknownID
    }
  }

  /// Whether symbols are single bytes (byte-level BPE) rather than characters.
  var startsFromBytes: Bool {
    switch self {
    case .bytePairs(let model): model.startsFromBytes
    case .wholeWords: false
    }
  }

  /// Appends the ids of one word, the bytes `text[word]`.
  func encode(
    _ text: [UInt8], word: Range<Int>, vocabulary: Vocabulary, merger: inout PieceMerger,
    into ids: inout [Int]
  ) {
    switch self {
    case .bytePairs(let model):
      model.encode(text, word: word, vocabulary: vocabulary, merger: &merger, into: &ids)
    case .wholeWords(let unknownID):
      if let id = vocabulary.table.id(of: text, in: word) ?? unknownID { ids.append(id) }
    }
  }
}
