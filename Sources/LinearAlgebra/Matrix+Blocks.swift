import _LinearAlgebraShims

extension Matrix {
  /// Returns dot products of blocks of rows of this matrix and of another, one for each run of columns.
  ///
  /// Both matrices are cut into blocks of `height` rows and into `runs` runs of columns. Entry [i, h] of the result is
  /// the sum, over all rows and all columns of run h, of the products of the i-th pair's entries.
  ///
  /// - Parameters:
  ///   - other: A matrix of as many columns.
  ///   - pairs: Which block of this matrix meets which of the other.
  /// - Returns: `[pairs, runs]`.
  public func blockDots(
    _ other: Matrix, pairs: [(block: Int, other: Int)], height: Int, runs: Int, _ workers: Workers
  ) -> Matrix {
    precondition(columns == other.columns && columns % runs == 0, "\(shape), \(other.shape) in \(runs) runs")
    for pair in pairs {
      precondition(
        (pair.block + 1) * height <= rows && (pair.other + 1) * height <= other.rows,
        "blocks \(pair) of \(height) rows in \(shape), \(other.shape)")
    }
    let (width, size) = (columns / runs, height * columns)
    return Matrix(rows: pairs.count, columns: runs) { out in
      storage.withUnsafeBufferPointer { a in
        other.storage.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          workers.forEach(pairs.count) { pair in
            let (x, y) = (a + pairs[pair].block * size, b + pairs[pair].other * size)
            for run in 0..<runs {
              var sum = 0.0
              for start in stride(from: run * width, to: size, by: columns) {
                sum += Double(la_dot(x + start, y + start, width))
              }
              out[pair * runs + run] = Float(sum)
            }
          }
        }
      }
    }
  }
}
