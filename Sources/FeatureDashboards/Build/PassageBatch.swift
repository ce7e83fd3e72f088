/// Some passages that are read together, one after the other in one row of positions.
struct PassageBatch {
  /// Tokens of each passage.
  let length: Int
  /// The number of the first one.
  let firstPassage: Int
  /// `[positions]`.
  let tokens: [UInt32]
  /// Whether a position counts: the token that begins contexts says nothing about text, and position 0 has no features.
  let isCounted: [Bool]
  /// The hash of each position among all of the corpus.
  let hashes: [UInt32]

  init(_ passages: ArraySlice<Passage>, first: Int?, seed: UInt64) {
    length = passages.first?.tokens.count ?? 1
    firstPassage = passages.first?.id ?? 0
    tokens = passages.flatMap { $0.tokens.map { UInt32($0) } }
    isCounted = passages.flatMap { passage in
      passage.tokens.indices.map { $0 > 0 && passage.tokens[$0] != first }
    }
    let start = firstPassage * length
    hashes = tokens.indices.map {
      MixedBits.mix(UInt32(truncatingIfNeeded: start + $0) ^ UInt32(truncatingIfNeeded: seed))
    }
  }

  /// The positions of a batch, passage by passage.
  var passageRanges: [Range<Int>] {
    stride(from: 0, to: tokens.count, by: length).map { $0..<$0 + length }
  }

  /// The hash of the tokens up to eight before and behind a position; places that share it show the same text.
  func textHash(around position: Int) -> UInt64 {
    let start = position / length * length
    let range = max(start, position - 8)..<min(start + length, position + 9)
    return tokens[range].reduce(UInt64(range.count)) { MixedBits.mix($0 ^ UInt64($1)) }
  }
}
