extension Matrix {
  /// Returns X · W, the product of a linear layer whose weights are stored `[inputs, outputs]`.
  ///
  /// Weights are used where they lie, or widened a few columns at a time by the worker that uses them.
  ///
  /// - Parameter weights: `[columns, outputs]`, in a format whose elements stand alone.
  /// - Returns: `[rows, outputs]`.
  public func times(_ weights: StoredMatrix, _ workers: Workers) -> Matrix {
    precondition(columns == weights.rows, "\(shape) · [\(weights.rows), \(weights.columns)]")
    return product(outputs: weights.columns, workers) { range, scratch in
      let (w, stride) = weights.floats(columns: range, scratch: scratch)
      return RightSide(w, stride: stride, n: range.count, k: columns, transposed: false, workers.precision)
    }
  }
}

extension StoredMatrix {
  /// Where an element lies.
  func element(_ row: Int, _ column: Int) -> UnsafeRawPointer {
    precondition(
      format.blockLength == 1 && isDense, "single elements of \(format.rawValue) blocks or absent rows")
    return bytes.base + row * rowStride + column * format.bytesPerBlock
  }

  /// The columns of `range` as floats, `[rows, range.count]` with a stride: in place when they are stored so, else widened
  /// into `scratch`.
  fileprivate func floats(
    columns range: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> (UnsafePointer<Float>, stride: Int) {
    let start = element(0, range.lowerBound)
    if format == .f32, rowStride % 4 == 0, UInt(bitPattern: start) % 4 == 0 {
      return (start.assumingMemoryBound(to: Float.self), rowStride / 4)
    }
    for row in 0..<rows {
      format.widen(element(row, range.lowerBound), count: range.count, to: scratch + row * range.count)
    }
    return (UnsafePointer(scratch), range.count)
  }
}
