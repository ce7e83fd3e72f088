/// Turns words into ids by joining: splits a word into symbols, joins them, and spells out what is no piece.
struct BytePairModel: Sendable {
  /// Which symbols join.
  var rule: MergeRule
  /// Whether symbols are single bytes (byte-level BPE) rather than characters.
  var startsFromBytes: Bool
  /// Whether a word that is a piece is taken as it is, without merging (Llama 3).
  var takesWholeWords: Bool
  /// Whether characters outside the vocabulary are spelled by byte pieces.
  var fallsBackToBytes: Bool
  /// Whether neighbouring unknown symbols share one unknown id.
  var fusesUnknown: Bool
  /// The id of what cannot be spelled; nil drops it.
  var unknownID: Int?

  /// Appends the ids of one word, the bytes `text[word]`.
  func encode(
    _ text: [UInt8], word: Range<Int>, vocabulary: Vocabulary, merger: inout PieceMerger,
    into ids: inout [Int]
  ) {
    if takesWholeWords, let id = vocabulary.table.id(of: text, in: word) {
      ids.append(id)
      return
    }
    merger.removeAll()
    var start = word.lowerBound
    while start < word.upperBound {
      let end =
        startsFromBytes ? start + 1 : UTF8Text.end(ofCharacterAt: start, in: text, before: word.upperBound)
      let id = vocabulary.table.id(of: text, in: start..<end) ?? -1
      merger.append(start: start, length: end - start, id: Int32(id))
      start = end
    }
    merger.mergeAll(of: text, by: rule, in: vocabulary.table)
    appendSymbols(of: merger, text: text, vocabulary: vocabulary, into: &ids)
  }

  private func appendSymbols(
    of merger: PieceMerger, text: [UInt8], vocabulary: Vocabulary, into ids: inout [Int]
  ) {
    var followsUnknown = false
    merger.forEach { symbol in
      if symbol.id >= 0 {
        ids.append(Int(symbol.id))
        followsUnknown = false
        return
      }
      let bytes = text[Int(symbol.start)..<Int(symbol.start + symbol.length)]
      if fallsBackToBytes, bytes.allSatisfy({ vocabulary.byteIDs[Int($0)] >= 0 }) {
        for byte in bytes { ids.append(Int(vocabulary.byteIDs[Int(byte)])) }
        followsUnknown = false
      } else if let unknownID {
        if !(fusesUnknown && followsUnknown) { ids.append(unknownID) }
        followsUnknown = true
      }
    }
  }
}
