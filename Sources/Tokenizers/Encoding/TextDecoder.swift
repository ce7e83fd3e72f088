/// How pieces are put together to text again.
struct TextDecoder: Sendable {
  /// Whether all bytes are one UTF-8 text (byte-level BPE), rather than text with runs of byte pieces
  /// between.
  var joinsBytes: Bool
  /// Replacements within each piece, such as `▁` by a space.
  var replacements: [Replacement] = []
  /// Whether pieces are words, and a space stands between any two.
  var separatesWords = false
  /// Whether a space at the beginning of the text is dropped, because encoding put it there.
  var dropsLeadingSpace = false

  /// A replacement of a non-empty byte string.
  struct Replacement: Sendable {
    /// What is looked for.
    var pattern: [UInt8]
    /// What is put in its place.
    var replacement: [UInt8]
  }

  /// The bytes that a piece stands for.
  func bytes(of id: Int, in vocabulary: Vocabulary) -> [UInt8] {
    let bytes = Array(vocabulary.table.bytes(of: id))
    guard vocabulary.kinds[id] != .byte else { return bytes }
    return replacements.reduce(bytes) { UTF8Text.replacing($1.pattern, with: $1.replacement, in: $0) }
  }

  /// The text of ids that are all in the vocabulary.
  func text(of ids: [Int], in vocabulary: Vocabulary) -> String {
    if separatesWords {
      let words = ids.map { self.bytes(of: $0, in: vocabulary) }
      return String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self)
    }
    let bytes =
      joinsBytes
      ? ids.flatMap { self.bytes(of: $0, in: vocabulary) } : bytesWithoutBrokenRuns(of: ids, in: vocabulary)
    let isLed = dropsLeadingSpace && bytes.first == 0x20
    return String(decoding: isLed ? bytes.dropFirst() : bytes[...], as: UTF8.self)
  }

  /// All bytes, where each run of byte pieces that is not UTF-8 is as many U+FFFD as it has bytes.
  private func bytesWithoutBrokenRuns(of ids: [Int], in vocabulary: Vocabulary) -> [UInt8] {
    var result: [UInt8] = []
    var run: [UInt8] = []
    func endRun() {
      let isText = String(validating: run, as: UTF8.self) != nil
      result += isText ? run : run.flatMap { _ in Array("\u{FFFD}".utf8) }
      run = []
    }
    for id in ids {
      if vocabulary.kinds[id] == .byte {
        run += vocabulary.table.bytes(of: id)
      } else {
        endRun()
        result += bytes(of: id, in: vocabulary)
      }
    }
    endRun()
    return result
  }
}
