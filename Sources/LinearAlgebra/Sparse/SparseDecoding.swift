import _LinearAlgebraShims

/// Features of one layer, and the decoders with which they write to one output layer.
public struct DecoderSource: Sendable {
  /// What is active.
  public let activations: SparseActivations
  /// `[features · span, columns]`.
  public let decoder: Matrix
  /// Decoders a feature has.
  public let span: Int
  /// Which of them writes here.
  public let offset: Int

  /// Names the source.
  public init(activations: SparseActivations, decoder: Matrix, span: Int, offset: Int) {
    precondition(
      decoder.rows == activations.featureCount * span && offset < span,
      "\(decoder.shape) for \(activations.featureCount) features, span \(span)")
    self.activations = activations
    self.decoder = decoder
    self.span = span
    self.offset = offset
  }

  /// Calls `body` with the decoder rows of what is active at a position, the first entry there, their number and values.
  fileprivate func withRows(
    _ position: Int,
    _ body: (inout la_rows, _ first: Int, _ count: Int, _ values: UnsafePointer<Float>) -> Void
  ) {
    let range = activations.range(position)
    decoder.storage.withUnsafeBufferPointer { rows in
      activations.features.withUnsafeBufferPointer { features in
        activations.values.withUnsafeBufferPointer { values in
          guard let features = features.baseAddress, let values = values.baseAddress else { return }
          var list = la_rows(
            rows: rows.baseAddress, columns: decoder.columns, indices: features + range.lowerBound,
            span: span, offset: offset)
          body(&list, range.lowerBound, range.count, values + range.lowerBound)
        }
      }
    }
  }
}

/// What the features miss of a target, and what each could do about it.
public struct SparseFit: Sendable {
  /// Prediction − target, `[positions, columns]`.
  public var residual: Matrix
  /// ‖residual‖² of each position.
  public var squares: [Float]
  /// ⟨factor · residual, decoder row⟩ of each entry, one list for each source.
  public var derivatives: [[Float]]
}

extension Matrix {
  /// Adds to each row what the sources' active features write there.
  public mutating func add(decoded sources: [DecoderSource], _ workers: Workers) {
    let (rows, columns) = (rows, columns)
    let chunk = Matrix.positionsPerTask
    update { out in
      workers.forEach((rows + chunk - 1) / chunk) { task in
        for position in task * chunk..<min(rows, (task + 1) * chunk) {
          Matrix.decode(sources, position, to: out + position * columns, columns)
        }
      }
    }
  }

  /// Adds what the sources write, subtracts `target`, and meets the residual with the decoder rows that wrote it, while
  /// they are in the cache.
  ///
  /// - Parameter factors: What multiplies the residual of each position in the derivatives.
  public func fitted(
    to target: Matrix, by sources: [DecoderSource], factors: [Float], _ workers: Workers
  ) -> SparseFit {
    precondition(
      target.rows == rows && target.columns == columns && factors.count == rows,
      "\(shape) to \(target.shape)")
    var residual = self
    var squares = [Float](repeating: 0, count: rows)
    let starts = sources.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.activations.count) }
    var derivatives = [Float](repeating: 0, count: starts[sources.count])
    let (rows, columns, chunk) = (rows, columns, Matrix.positionsPerTask)
    derivatives.withUnsafeMutableBufferPointer { derivatives in
      squares.withUnsafeMutableBufferPointer { squares in
        residual.update { out in
          target.storage.withUnsafeBufferPointer { target in
            guard let target = target.baseAddress else { return }
            workers.forEach((rows + chunk - 1) / chunk) { task in
              for position in task * chunk..<min(rows, (task + 1) * chunk) {
                let row = out + position * columns
                Matrix.decode(sources, position, to: row, columns)
                la_axpy(-1, target + position * columns, row, columns)
                squares[position] = la_dot(row, row, columns)
                Matrix.meet(sources, starts, position, factors[position], row, derivatives)
              }
            }
          }
        }
      }
    }
    return SparseFit(
      residual: residual, squares: squares,
      derivatives: sources.indices.map { Array(derivatives[starts[$0]..<starts[$0 + 1]]) })
  }

  /// Returns ⟨factor · row, decoder row⟩ for each entry of the sources at each row, one list for each source.
  public func products(with sources: [DecoderSource], factors: [Float], _ workers: Workers) -> [[Float]] {
    precondition(
      factors.count == self.rows && sources.allSatisfy { $0.activations.positionCount == self.rows },
      "\(shape), \(factors.count) factors")
    let (rows, columns, chunk) = (rows, columns, Matrix.positionsPerTask)
    let starts = sources.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.activations.count) }
    var products = [Float](repeating: 0, count: starts[sources.count])
    products.withUnsafeMutableBufferPointer { products in
      storage.withUnsafeBufferPointer { vectors in
        guard let vectors = vectors.baseAddress else { return }
        workers.forEach((rows + chunk - 1) / chunk) { task in
          for position in task * chunk..<min(rows, (task + 1) * chunk) {
            Matrix.meet(
              sources, starts, position, factors[position], vectors + position * columns, products)
          }
        }
      }
    }
    return sources.indices.map { Array(products[starts[$0]..<starts[$0 + 1]]) }
  }

  /// Writes ⟨factor · vector, decoder row⟩ for the sources' entries at a position; those of a source begin at its start.
  private static func meet(
    _ sources: [DecoderSource], _ starts: [Int], _ position: Int, _ factor: Float,
    _ vector: UnsafePointer<Float>, _ products: UnsafeMutableBufferPointer<Float>
  ) {
    for (source, start) in zip(sources, starts) {
      source.withRows(position) { list, first, count, _ in
        la_dot_rows(&list, count, factor, vector, products.baseAddress.map { $0 + start + first })
      }
    }
  }

  private static func decode(
    _ sources: [DecoderSource], _ position: Int, to out: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    for source in sources {
      source.withRows(position) { list, _, count, values in la_add_rows(&list, count, values, nil, out) }
    }
  }

  /// Adds to row `feature · span + offset`, for each feature, Σ over its entries of coefficient · row of `vectors` at
  /// the entry's position: always in the order of the position.
  public mutating func add(
    _ vectors: Matrix, scaledBy coefficients: [Float], lists: FeatureLists, span: Int = 1, offset: Int = 0,
    _ workers: Workers
  ) {
    let (features, columns, block) = (lists.starts.count - 1, columns, 64)
    precondition(
      rows == features * span && vectors.columns == columns && coefficients.count == lists.entries.count,
      "\(shape) += \(coefficients.count) rows of \(vectors.shape)")
    update { out in
      workers.forEach((features + block - 1) / block) { task in
        for feature in task * block..<min(features, (task + 1) * block) {
          lists.withRows(of: vectors, feature) { list, count, entries in
            la_add_rows(
              &list, count, coefficients, entries, out + (feature * span + offset) * columns)
          }
        }
      }
    }
  }

  /// Returns a matrix whose row `feature · parts.count + j` is, for part j, Σ over the feature's entries of coefficient · row of
  /// `vectors` at the entry's position: what ``add(_:scaledBy:lists:span:offset:_:)`` makes of zeroes.
  public static func sums(
    of parts: [(vectors: Matrix, coefficients: [Float])], lists: FeatureLists, _ workers: Workers
  ) -> Matrix {
    let (features, span, columns, block) = (lists.starts.count - 1, parts.count, parts[0].vectors.columns, 64)
    precondition(
      parts.allSatisfy { $0.vectors.columns == columns && $0.coefficients.count == lists.entries.count },
      "\(parts.map(\.vectors.shape)) for \(lists.entries.count) entries")
    return Matrix(rows: features * span, columns: columns) { out in
      workers.forEach((features + block - 1) / block) { task in
        for feature in task * block..<min(features, (task + 1) * block) {
          for (offset, part) in parts.enumerated() {
            let row = out + (feature * span + offset) * columns
            row.initialize(repeating: 0, count: columns)
            lists.withRows(of: part.vectors, feature) { list, count, entries in
              la_add_rows(&list, count, part.coefficients, entries, row)
            }
          }
        }
      }
    }
  }

  /// Returns ‖row‖² of every row.
  public func rowSquares(_ workers: Workers) -> [Float] {
    var squares = [Float](repeating: 0, count: rows)
    let (rows, columns, block) = (rows, columns, 256)
    storage.withUnsafeBufferPointer { base in
      guard let base = base.baseAddress else { return }
      squares.withUnsafeMutableBufferPointer { squares in
        workers.forEach((rows + block - 1) / block) { task in
          for row in task * block..<min(rows, (task + 1) * block) {
            squares[row] = la_dot(base + row * columns, base + row * columns, columns)
          }
        }
      }
    }
    return squares
  }
}

extension FeatureLists {
  /// Calls `body` with the rows of `vectors` at the positions of a feature's entries, their number and the entries.
  fileprivate func withRows(
    of vectors: Matrix, _ feature: Int,
    _ body: (inout la_rows, _ count: Int, _ entries: UnsafePointer<Int32>) -> Void
  ) {
    let range = range(feature)
    vectors.storage.withUnsafeBufferPointer { rows in
      positions.withUnsafeBufferPointer { positions in
        entries.withUnsafeBufferPointer { entries in
          guard let entries = entries.baseAddress, let positions = positions.baseAddress else { return }
          var list = la_rows(
            rows: rows.baseAddress, columns: vectors.columns, indices: positions + range.lowerBound, span: 1,
            offset: 0)
          body(&list, range.count, entries + range.lowerBound)
        }
      }
    }
  }
}

extension Matrix {
  /// Adds factor · left · rightᵀ.
  public mutating func addOuter(_ left: [Float], _ right: [Float], scaledBy factor: Float) {
    precondition(
      left.count == rows && right.count == columns, "\(shape) + [\(left.count)] · [\(right.count)]")
    let columns = columns
    update { out in
      for (row, value) in left.enumerated() where value != 0 {
        la_axpy(factor * value, right, out + row * columns, columns)
      }
    }
  }

  /// Returns Σ weights[r] · row r.
  public func weightedSum(_ weights: [Float]) -> [Float] {
    precondition(weights.count == rows, "\(weights.count) weights for the rows of \(shape)")
    // Sums of some rows first, so that rounding stays small.
    var total = [Double](repeating: 0, count: columns)
    var part = [Float](repeating: 0, count: columns)
    storage.withUnsafeBufferPointer { base in
      guard let base = base.baseAddress else { return }
      for row in 0..<rows {
        la_axpy(weights[row], base + row * columns, &part, columns)
        guard row % 64 == 63 || row == rows - 1 else { continue }
        for column in 0..<columns {
          total[column] += Double(part[column])
          part[column] = 0
        }
      }
    }
    return total.map { Float($0) }
  }
}

extension Matrix {
  /// Adds factor · vector to one row.
  public mutating func addRow(_ vector: [Float], scaledBy factor: Float, to row: Int) {
    precondition(
      vector.count == columns && row >= 0 && row < rows, "\(vector.count) numbers to row \(row) of \(shape)")
    let columns = columns
    update { la_axpy(factor, vector, $0 + row * columns, columns) }
  }
}

extension Float {
  /// tanh of the number.
  public var hyperbolicTangent: Float { la_tanh(self) }
}
