import _LinearAlgebraShims

extension Matrix {
  /// Returns the entries above 0 as sparse rows.
  public func entriesAboveZero(_ workers: Workers) -> SparseActivations {
    let chunk = Matrix.positionsPerTask
    let zeros = [Float](repeating: 0, count: columns)
    let starts = Array(stride(from: 0, to: rows, by: chunk))
    let pieces = workers.map(starts) { first in
      var piece = SparsePiece()
      var row = zeros
      var indices = [Int32](repeating: 0, count: columns + 16)
      var found = [Float](repeating: 0, count: columns + 16)
      for position in first..<min(rows, first + chunk) {
        row.replaceSubrange(0..<columns, with: self[row: position])
        let count = la_select_above(columns, &row, zeros, zeros, &indices, &found)
        piece.ends.append(piece.features.count + count)
        piece.features.append(contentsOf: indices[..<count])
        piece.values.append(contentsOf: found[..<count])
      }
      return piece
    }
    var ends = [0]
    for piece in pieces {
      let start = ends[ends.count - 1]
      ends += piece.ends.map { start + $0 }
    }
    return SparseActivations(
      featureCount: columns, starts: ends, features: pieces.flatMap(\.features),
      values: pieces.flatMap(\.values))
  }
}

/// The entries of some rows.
private struct SparsePiece: Sendable {
  var ends: [Int] = []
  var features: [Int32] = []
  var values: [Float] = []
}
