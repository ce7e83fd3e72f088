extension Matrix {
  /// Returns X · W, the product of a linear layer whose weights are stored `[inputs, outputs]`.
  ///
  /// Weights are used where they lie, or widened a few columns at a time by the worker that uses them.
  ///
  /// - Parameter weights: `[columns, outputs]`.
  /// - Returns: `[rows, outputs]`.
  public func times(_ weights: StoredMatrix, _ workers: Workers) -> Matrix {
    precondition(columns == weights.rows, "\(shape) · [\(weights.rows), \(weights.columns)]")
    guard columns <= Matrix.inputsAtOnce, weights.hasSingleElements else {
      return product(ofMany: weights, workers)
    }
    return product(outputs: weights.columns, workers) { range, scratch in
      let (w, stride) = weights.floats(rows: 0..<columns, columns: range, scratch: scratch)
      return RightSide(w, stride: stride, n: range.count, k: columns, transposed: false, workers.precision)
    }
  }
}

extension Matrix {
  /// Rows of a right side that are laid out at once: some strips of them stay in the second-level cache.
  private static let inputsAtOnce = 4096

  /// Returns X · W of weights with very many rows, or of blocks, some rows at a time, in their order.
  private func product(ofMany weights: StoredMatrix, _ workers: Workers) -> Matrix {
    let (outputs, inputs, chunk) = (weights.columns, 1024, 96)
    return Matrix(rows: rows, columns: outputs) { out in
      storage.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress else { return }
        let rounded =
          workers.precision.rounds
          ? RoundedRows(x, stride: columns, rows: rows, columns: columns, workers) : nil
        let room = inputs * (weights.hasSingleElements ? chunk : outputs)
        workers.forEach((outputs + chunk - 1) / chunk, scratch: room) { task, scratch in
          let range = task * chunk..<min(outputs, (task + 1) * chunk)
          for first in stride(from: 0, to: columns, by: inputs) {
            let some = first..<min(columns, first + inputs)
            let (w, stride) = weights.floats(rows: some, columns: range, scratch: scratch)
            let right = RightSide(
              w, stride: stride, n: range.count, k: some.count, transposed: false, workers.precision)
            let (result, beta) = (out + range.lowerBound, first == 0 ? Float(0) : 1)
            if let rounded {
              right.multiply(rounded, from: first, beta: beta, result, stride: outputs)
            } else {
              right.multiply(
                m: rows, x + first, stride: columns, beta: beta, result, stride: outputs)
            }
          }
        }
      }
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

  /// Whether every number is stored by itself.
  fileprivate var hasSingleElements: Bool { format.blockLength == 1 && isDense }

  /// Some rows of some columns as floats, with a stride: in place when they are stored so, else widened into `scratch`,
  /// which has room for whole rows where numbers do not stand alone.
  fileprivate func floats(
    rows: Range<Int>, columns range: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> (UnsafePointer<Float>, stride: Int) {
    guard hasSingleElements else {
      widen(rows: rows, to: scratch)
      return (UnsafePointer(scratch + range.lowerBound), columns)
    }
    let start = element(rows.lowerBound, range.lowerBound)
    if format == .f32, rowStride % 4 == 0, UInt(bitPattern: start) % 4 == 0 {
      return (start.assumingMemoryBound(to: Float.self), rowStride / 4)
    }
    for (place, row) in rows.enumerated() {
      format.widen(element(row, range.lowerBound), count: range.count, to: scratch + place * range.count)
    }
    return (UnsafePointer(scratch), range.count)
  }
}
