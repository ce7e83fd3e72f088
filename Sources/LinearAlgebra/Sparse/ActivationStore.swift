import _LinearAlgebraShims

/// Many rows of activations, kept as bfloat16: written in pieces, possibly at once, then read in any order.
public final class ActivationStore: @unchecked Sendable {
  /// The number of rows that there is room for.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  private let base: UnsafeMutablePointer<UInt16>

  /// Makes room for `rows` rows, all 0.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    base = .allocate(capacity: max(1, rows * columns))
    LargePages.prefer(UnsafeMutableBufferPointer(start: base, count: rows * columns))
    base.initialize(repeating: 0, count: rows * columns)
  }

  deinit { base.deallocate() }

  /// Writes rows of `matrix` from row `first` of the store on; no two writers may write one row.
  public func write(_ matrix: Matrix, rows range: Range<Int>, at first: Int) {
    precondition(
      matrix.columns == columns && first >= 0 && first + range.count <= rows
        && range.upperBound <= matrix.rows,
      "rows \(range) of \(matrix.shape) at \(first) of [\(rows), \(columns)]")
    matrix.storage.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      la_narrow_bf16(source + range.lowerBound * columns, base + first * columns, range.count * columns)
    }
  }

  /// Returns (row − shift) · factor for the rows that `indices` names, in that order.
  public func gathered(_ indices: ArraySlice<Int>, shift: [Float], factor: Float, _ workers: Workers)
    -> Matrix
  {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "a row beyond \(rows)")
    precondition(shift.count == columns, "a shift of \(shift.count) for \(columns) columns")
    let (block, columns, first) = (64, columns, indices.startIndex)
    return Matrix(rows: indices.count, columns: columns) { out in
      shift.withUnsafeBufferPointer { shift in
        guard let shift = shift.baseAddress else { return }
        workers.forEach((indices.count + block - 1) / block) { task in
          for place in task * block..<min(indices.count, (task + 1) * block) {
            let row = out + place * columns
            la_widen_bf16(base + indices[first + place] * columns, row, columns)
            la_axpy(-1, shift, row, columns)
            for column in 0..<columns { row[column] *= factor }
          }
        }
      }
    }
  }
}
