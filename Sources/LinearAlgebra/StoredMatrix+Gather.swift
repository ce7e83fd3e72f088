import _LinearAlgebraShims

extension Matrix {
  /// Adds rows of a stored matrix, scaled, to rows of this one: row `targets[i]` += `scales[i]` · vectors row `rows[i]`.
  public mutating func addRows(
    of vectors: StoredMatrix, _ rows: [Int], scaledBy scales: ArraySlice<Float>, toRows targets: [Int]
  ) {
    precondition(vectors.columns == columns, "rows of \(vectors.columns) to \(shape)")
    precondition(rows.count == scales.count && rows.count == targets.count, "\(rows.count) rows")
    var row = [Float](repeating: 0, count: columns)
    let columns = columns
    update { base in
      row.withUnsafeMutableBufferPointer { row in
        guard let row = row.baseAddress else { return }
        for (index, scale) in scales.enumerated() {
          vectors.widen(rows: rows[index]..<rows[index] + 1, to: row)
          la_axpy(scale, row, base + targets[index] * columns, columns)
        }
      }
    }
  }
}

extension StoredMatrix {
  /// Returns the rows of `indices`, widened.
  public func gathered(_ indices: some Collection<Int>) -> Matrix {
    Matrix(rows: indices.count, columns: columns) { out in
      for (place, row) in indices.enumerated() { widen(rows: row..<row + 1, to: out + place * columns) }
    }
  }

  /// Returns the columns of `indices`, widened, one a row: `[indices, rows]`.
  public func gathered(columns indices: some Collection<Int>) -> Matrix {
    precondition(
      indices.allSatisfy { $0 >= 0 && $0 < self.columns }, "columns \(indices) of \(self.columns)")
    let (rows, columns) = (rows, columns)
    return Matrix(rows: indices.count, columns: rows) { out in
      guard format.blockLength > 1 || !isDense else {
        for row in 0..<rows {
          for (place, column) in indices.enumerated() {
            format.widen(element(row, column), count: 1, to: out + place * rows + row)
          }
        }
        return
      }
      // A number in a block, or of a row that may be absent, cannot be had alone.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { buffer in
        guard let wide = buffer.baseAddress else { return }
        for row in 0..<rows {
          widen(rows: row..<row + 1, to: wide)
          for (place, column) in indices.enumerated() { out[place * rows + row] = wide[column] }
        }
      }
    }
  }

  /// Returns the whole matrix, widened.
  public func widened() -> Matrix {
    Matrix(rows: rows, columns: columns) { widen(rows: 0..<rows, to: $0) }
  }

  /// Returns all the numbers widened, row after row.
  public func floats() -> [Float] { widened().storage }
}
