import _LinearAlgebraShims

extension Matrix {
  /// Returns the rows that `indices` names, in that order.
  public func picking(rows indices: [Int]) -> Matrix {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "a row outside of \(shape)")
    return Matrix(rows: indices.count, columns: columns) { out in
      storage.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for (place, row) in indices.enumerated() {
          (out + place * columns).update(from: source + row * columns, count: columns)
        }
      }
    }
  }

  /// Adds row i of `added` to row `indices[i]`, in that order.
  public mutating func add(_ added: Matrix, toRows indices: [Int]) {
    precondition(
      added.rows == indices.count && added.columns == columns
        && indices.allSatisfy { $0 >= 0 && $0 < rows },
      "\(added.shape) to \(indices.count) rows of \(shape)")
    let columns = columns
    update { base in
      added.storage.withUnsafeBufferPointer { added in
        guard let added = added.baseAddress else { return }
        for (place, row) in indices.enumerated() {
          la_axpy(1, added + place * columns, base + row * columns, columns)
        }
      }
    }
  }
}
