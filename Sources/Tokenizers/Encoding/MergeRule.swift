/// Which neighbouring symbols may join, and in what order.
enum MergeRule: Sendable {
  /// By a list of merges; the lowest rank first.
  case ranks(MergeTable)
  /// Whenever the joined bytes are a piece; the highest score first. One score for each piece.
  case scores([Float])

  /// The join of two neighbours, or nil; the lowest priority is done first.
  func join(
    _ left: PieceMerger.Symbol, _ right: PieceMerger.Symbol, of text: [UInt8], in table: PieceTable
  ) -> (priority: UInt32, id: Int32)? {
    switch self {
    case .ranks(let merges):
      return merges.merge(left.id, right.id).map { ($0.rank, $0.id) }
    case .scores(let scores):
      let start = Int(left.start)
      let end = Int(right.start) + Int(right.length)
      return table.id(of: text, in: start..<end).map { (Self.priority(ofScore: scores[$0]), Int32($0)) }
    }
  }

  /// A score's bits in descending order of the score.
  private static func priority(ofScore score: Float) -> UInt32 {
    let bits = score.bitPattern
    return bits & 0x8000_0000 == 0 ? ~(bits | 0x8000_0000) : bits
  }
}
