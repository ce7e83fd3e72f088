/// The rows of a stored matrix, widened and laid out once for many products.
///
/// Sharing it is safe: its right sides own their numbers, none of them points at memory of others.
struct LaidOutRows: @unchecked Sendable {
  /// Whether the numbers were rounded.
  let isRounded: Bool
  /// How many rows each side has, but for the last.
  private let chunk: Int
  private let sides: [RightSide]

  /// Lays out all rows of `weights`.
  init(_ weights: StoredMatrix, _ workers: Workers) {
    let (rows, chunk) = (weights.rows, Matrix.outputsPerTask(weights.rows, columns: weights.columns))
    var sides = [RightSide?](repeating: nil, count: (rows + chunk - 1) / chunk)
    sides.withUnsafeMutableBufferPointer { sides in
      workers.forEach(sides.count, scratch: chunk * weights.columns) { task, scratch in
        let range = task * chunk..<min(rows, (task + 1) * chunk)
        sides[task] = weights.rightSide(rows: range, workers.precision, scratch: scratch)
      }
    }
    isRounded = workers.precision.rounds
    self.chunk = chunk
    self.sides = sides.compactMap { $0 }
  }

  /// The side of the rows that one task of a product takes.
  func side(_ range: Range<Int>) -> RightSide { sides[range.lowerBound / chunk] }
}

extension StoredMatrix {
  /// Returns this matrix with all rows laid out for products `X · Wᵀ`, which give the same bits sooner.
  ///
  /// Widening and laying out takes a third of a product with 128 rows; for a matrix that is used again and again it is
  /// worth its memory: 4 bytes a number, or 2 where the workers round to bfloat16. On processors whose products take
  /// weights as they lie, the matrix is returned as it is.
  public func laidOut(_ workers: Workers) -> StoredMatrix {
    guard workers.precision.rounds || RightSide.usesOwnKernel, rows > 0, columns > 0 else { return self }
    var copy = self
    copy.rowsLaidOut = LaidOutRows(self, workers)
    return copy
  }
}
