/// Reads a list of merges, looking up each one's pieces.
struct MergeReader {
  /// The merges so far.
  private(set) var merges: MergeTable
  private var count = 0
  private let vocabulary: Vocabulary
  private let alphabet: ByteAlphabet?

  /// Prepares for merges over a vocabulary, whose pieces are spelled in the byte alphabet if it is
  /// byte-level.
  init(vocabulary: Vocabulary, isByteLevel: Bool, capacity: Int) {
    self.vocabulary = vocabulary
    alphabet = isByteLevel ? ByteAlphabet() : nil
    merges = MergeTable(capacity: capacity)
  }

  /// Appends the next merge, spelled "left right".
  mutating func append(pair: [UInt8]) throws(TokenizerError) {
    guard let space = pair.firstIndex(of: 0x20), !pair[(space + 1)...].contains(0x20) else {
      throw .invalidMerge(index: count, merge: String(decoding: pair, as: UTF8.self))
    }
    try append(left: Array(pair[..<space]), right: Array(pair[(space + 1)...]))
  }

  /// Appends the next merge.
  mutating func append(left: [UInt8], right: [UInt8]) throws(TokenizerError) {
    let leftBytes = alphabet?.bytes(ofPiece: left) ?? left
    let rightBytes = alphabet?.bytes(ofPiece: right) ?? right
    guard let leftID = vocabulary.id(of: leftBytes), let rightID = vocabulary.id(of: rightBytes),
      let joinedID = vocabulary.id(of: leftBytes + rightBytes)
    else {
      let merge = String(decoding: left, as: UTF8.self) + " " + String(decoding: right, as: UTF8.self)
      throw .invalidMerge(index: count, merge: merge)
    }
    merges.append(left: leftID, right: rightID, joined: joinedID, rank: count)
    count += 1
  }
}
