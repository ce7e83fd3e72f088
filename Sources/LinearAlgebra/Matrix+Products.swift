extension Matrix {
  /// Returns X · Wᵀ, the product of a linear layer whose weights are stored `[outputs, inputs]`.
  ///
  /// Weights are widened a few rows at a time, by the worker that uses them, into memory that stays in its cache.
  ///
  /// - Parameter weights: `[outputs, columns]`.
  /// - Returns: `[rows, outputs]`.
  public func times(transposed weights: StoredMatrix, _ workers: Workers) -> Matrix {
    precondition(columns == weights.columns, "\(shape) · transposed [\(weights.rows), \(weights.columns)]")
    let laidOut = weights.rowsLaidOut.flatMap { $0.isRounded == workers.precision.rounds ? $0 : nil }
    return product(outputs: weights.rows, workers) { range, scratch in
      laidOut?.side(range) ?? weights.rightSide(rows: range, workers.precision, scratch: scratch)
    }
  }

  /// Returns X · W.
  ///
  /// - Parameter weights: `[columns, outputs]`.
  /// - Returns: `[rows, outputs]`.
  public func times(_ weights: Matrix, _ workers: Workers) -> Matrix {
    precondition(columns == weights.rows, "\(shape) · \(weights.shape)")
    return weights.storage.withUnsafeBufferPointer { w in
      guard let w = w.baseAddress else { return Matrix(rows: rows, columns: weights.columns) }
      return product(outputs: weights.columns, workers) { range, _ in
        RightSide(
          w + range.lowerBound, stride: weights.columns, n: range.count, k: columns, transposed: false,
          workers.precision)
      }
    }
  }

  /// Returns X · Wᵀ.
  ///
  /// - Parameter weights: `[outputs, columns]`.
  /// - Returns: `[rows, outputs]`.
  public func times(transposed weights: Matrix, _ workers: Workers) -> Matrix {
    precondition(columns == weights.columns, "\(shape) · transposed \(weights.shape)")
    return weights.storage.withUnsafeBufferPointer { w in
      guard let w = w.baseAddress else { return Matrix(rows: rows, columns: weights.rows) }
      return product(outputs: weights.rows, workers) { range, _ in
        RightSide(
          w + range.lowerBound * columns, stride: columns, n: range.count, k: columns, transposed: true,
          workers.precision)
      }
    }
  }

  /// Returns X · B, each worker taking some columns of B at a time, as `right` lays them out.
  func product(
    outputs: Int, _ workers: Workers, right: (Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> RightSide
  ) -> Matrix {
    let chunk = Matrix.outputsPerTask(outputs, columns: columns)
    return Matrix(rows: rows, columns: outputs) { out in
      storage.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress else { return }
        let rounded =
          workers.precision.rounds
          ? RoundedRows(x, stride: columns, rows: rows, columns: columns, workers) : nil
        workers.forEach((outputs + chunk - 1) / chunk, scratch: chunk * columns) { task, scratch in
          let range = task * chunk..<min(outputs, (task + 1) * chunk)
          let right = right(range, scratch)
          if let rounded {
            right.multiply(rounded, out + range.lowerBound, stride: outputs)
          } else {
            right.multiply(m: rows, x, stride: columns, out + range.lowerBound, stride: outputs)
          }
        }
      }
    }
  }

  /// How many columns of B, of `columns` numbers each, a worker takes at a time.
  static func outputsPerTask(_ outputs: Int, columns: Int) -> Int {
    max(1, min(outputs, max(48, cachedFloats / max(columns, 1) / 48 * 48)))
  }

  /// Floats of a weight block that stay in a core's second-level cache beside what they are multiplied with.
  static let cachedFloats = 64 * 1024
  /// Rows that one worker takes at a time where rows are shared out.
  static let rowsPerTask = 256
}

extension StoredMatrix {
  /// Lays out the transpose of some rows for products; `scratch` holds as many floats as they have.
  func rightSide(
    rows range: Range<Int>, _ precision: ProductPrecision, scratch: UnsafeMutablePointer<Float>
  ) -> RightSide {
    if precision.rounds, format == .bf16, columns % 2 == 0, isDense {
      let start = bytes.base + range.lowerBound * rowStride
      return RightSide(bfloat16: start, strideInBytes: rowStride, n: range.count, k: columns)
    }
    return RightSide(
      floats(rows: range, scratch: scratch), stride: columns, n: range.count, k: columns, transposed: true,
      precision)
  }

  /// The rows of `range` as floats: in place when they are stored so, else widened into `scratch`.
  private func floats(rows range: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    if isDense, format == .f32, rowStride == columns * 4 {
      let start = bytes.base + range.lowerBound * rowStride
      if UInt(bitPattern: start) % 4 == 0 { return start.assumingMemoryBound(to: Float.self) }
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
