/// The merges of a BPE: for two neighbouring pieces, how early their join was learned and which piece it is.
struct MergeTable: Sendable {
  /// One merge.
  struct Merge: Sendable {
    /// The place in the list of merges; the lowest is done first.
    var rank: UInt32
    /// The id of the joined piece.
    var id: Int32
  }

  /// Merges by both ids.
  private var merges: [UInt64: Merge] = [:]

  /// Makes room for a number of merges.
  init(capacity: Int) { merges.reserveCapacity(capacity) }

  /// Adds the next merge; a pair that is listed twice keeps its later rank, as in the reference.
  mutating func append(left: Int, right: Int, joined: Int, rank: Int) {
    merges[Self.key(left, right)] = Merge(rank: UInt32(truncatingIfNeeded: rank), id: Int32(joined))
  }

  /// The merge of two pieces, or nil.
  func merge(_ left: Int32, _ right: Int32) -> Merge? { merges[Self.key(Int(left), Int(right))] }

  private static func key(_ left: Int, _ right: Int) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: left)) << 32 | UInt64(UInt32(truncatingIfNeeded: right))
  }
}
