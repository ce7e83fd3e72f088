extension Matrix {
  /// Returns X · Wᵀ, the product of a linear layer whose weights are stored `[outputs, inputs]`.
  ///
  /// Weights are widened a few rows at a time, by the worker that uses them, into memory that stays in its cache.
  ///
  /// - Parameter weights: `[outputs, columns]`.
  /// - Returns: `[rows, outputs]`.
  public func times(transposed weights: StoredMatrix, _ workers: Workers) -> Matrix {
    precondition(columns == weights.columns, "\(shape) · transposed [\(weights.rows), \(weights.columns)]")
    let (rows, columns, outputs) = (rows, columns, weights.rows)
    let chunk = max(1, min(outputs, max(48, Matrix.cachedFloats / max(columns, 1) / 48 * 48)))
    return Matrix(rows: rows, columns: outputs) { out in
      storage.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress else { return }
        workers.forEach((outputs + chunk - 1) / chunk, scratch: chunk * columns) { task, scratch in
          let range = task * chunk..<min(outputs, (task + 1) * chunk)
          let w = weights.floats(rows: range, scratch: scratch)
          let right = RightSide(w, stride: columns, n: range.count, k: columns, transposed: true)
          right.multiply(m: rows, x, stride: columns, out + range.lowerBound, stride: outputs)
        }
      }
    }
  }

  /// Returns X · W.
  ///
  /// - Parameter weights: `[columns, outputs]`.
  /// - Returns: `[rows, outputs]`.
  public func times(_ weights: Matrix, _ workers: Workers) -> Matrix {
    precondition(columns == weights.rows, "\(shape) · \(weights.shape)")
    let (rows, columns, outputs) = (rows, columns, weights.columns)
    return Matrix(rows: rows, columns: outputs) { out in
      storage.withUnsafeBufferPointer { x in
        weights.storage.withUnsafeBufferPointer { w in
          guard let x = x.baseAddress, let w = w.baseAddress else { return }
          let chunk = Matrix.rowsPerTask
          let right = RightSide(w, stride: outputs, n: outputs, k: columns, transposed: false)
          workers.forEach((rows + chunk - 1) / chunk) { task in
            let first = task * chunk
            right.multiply(
              m: min(chunk, rows - first), x + first * columns, stride: columns, out + first * outputs,
              stride: outputs)
          }
        }
      }
    }
  }

  /// Returns X · Wᵀ.
  ///
  /// - Parameter weights: `[outputs, columns]`.
  /// - Returns: `[rows, outputs]`.
  public func times(transposed weights: Matrix, _ workers: Workers) -> Matrix {
    times(transposed: StoredMatrix(weights), workers)
  }

  /// Floats of a weight block that stay in a core's second-level cache beside what they are multiplied with.
  static let cachedFloats = 64 * 1024
  /// Rows of a large product that one worker takes at a time.
  static let rowsPerTask = 256
}

extension StoredMatrix {
  /// The rows of `range` as floats: in place when they are stored so, else widened into `scratch`.
  func floats(rows range: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    let start = bytes.base + range.lowerBound * rowStride
    if format == .f32, rowStride == columns * 4, UInt(bitPattern: start) % 4 == 0 {
      return start.assumingMemoryBound(to: Float.self)
    }
    widen(rows: range, to: scratch)
    return UnsafePointer(scratch)
  }

  /// Returns the whole matrix widened, each worker taking a share of the rows.
  public func widened(_ workers: Workers) -> Matrix {
    Matrix(rows: rows, columns: columns) { out in
      let chunk = max(1, Matrix.cachedFloats / max(columns, 1))
      workers.forEach((rows + chunk - 1) / chunk) { task in
        let range = task * chunk..<min(rows, (task + 1) * chunk)
        widen(rows: range, to: out + range.lowerBound * columns)
      }
    }
  }

  /// Returns the mean of all rows.
  public func meanRow() -> [Float] {
    var sums = [Double](repeating: 0, count: columns)
    var row = [Float](repeating: 0, count: columns)
    for index in 0..<rows {
      row.withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress { widen(rows: index..<index + 1, to: base) }
      }
      for column in 0..<columns { sums[column] += Double(row[column]) }
    }
    return sums.map { Float($0 / Double(rows)) }
  }
}
