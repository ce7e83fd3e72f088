import _LinearAlgebraShims

/// Adds `scale · |row[i]|` to `sums[offset + i]`.
public func addMagnitudes(
  of row: ArraySlice<Float>, scaledBy scale: Double, to sums: inout [Double], at offset: Int
) {
  let count = row.count
  precondition(offset >= 0 && offset + count <= sums.count, "\(count) numbers at \(offset) of \(sums.count)")
  row.withUnsafeBufferPointer { row in
    sums.withUnsafeMutableBufferPointer { sums in
      guard let row = row.baseAddress, let sums = sums.baseAddress else { return }
      la_add_magnitudes(scale, row, sums + offset, count)
    }
  }
}

/// Returns Σ |row[i]|.
public func sumOfMagnitudes(_ row: ArraySlice<Float>) -> Double {
  let count = row.count
  return row.withUnsafeBufferPointer { row in row.baseAddress.map { la_sum_magnitudes($0, count) } ?? 0 }
}
