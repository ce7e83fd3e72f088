import _LinearAlgebraShims

/// The attention pattern of one layer: for each head, how much every query position reads of every key position.
public struct AttentionPattern: Sendable, Equatable {
  /// The number of heads.
  public let headCount: Int
  /// The number of query positions.
  public private(set) var queryCount: Int
  /// The number of key positions; the queries are the last of them.
  public private(set) var keyCount: Int
  /// The weights, `[headCount, queryCount, keyCount]`, zero where a query cannot see a key.
  public internal(set) var weights: [Float]

  /// How scores become a pattern.
  public struct Rule: Sendable, Equatable {
    /// Multiplies each score.
    public var scale: Float
    /// Caps scores at ±cap by `cap · tanh(s / cap)`, before the mask.
    public var softCap: Float?
    /// How many positions a query sees, itself included; nil for all before it.
    public var window: Int?

    /// Makes a rule.
    public init(scale: Float, softCap: Float? = nil, window: Int? = nil) {
      self.scale = scale
      self.softCap = softCap
      self.window = window
    }
  }

  /// Computes the pattern: softmax over the visible keys of the scaled, capped scores.
  ///
  /// - Parameters:
  ///   - queries: `[queryCount, headCount · dHead]`, after rotation.
  ///   - keys: `[keyCount, groups · dHead]`; `headCount / groups` heads share each.
  public init(queries: Matrix, keys: Matrix, headCount: Int, groups: Int, rule: Rule, _ workers: Workers) {
    let (queryCount, keyCount, width) = (queries.rows, keys.rows, queries.columns / headCount)
    precondition(keys.columns == groups * width && headCount % groups == 0, "\(queries.shape), \(keys.shape)")
    self.headCount = headCount
    self.queryCount = queryCount
    self.keyCount = keyCount
    let count = headCount * queryCount * keyCount
    weights = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      guard let base = buffer.baseAddress else { return }
      queries.storage.withUnsafeBufferPointer { q in
        keys.storage.withUnsafeBufferPointer { k in
          guard let q = q.baseAddress, let k = k.baseAddress else { return }
          workers.forEach(headCount) { head in
            let out = base + head * queryCount * keyCount
            let right = RightSide(
              k + head / (headCount / groups) * width, stride: keys.columns, n: keyCount, k: width,
              transposed: true)
            AttentionPattern.forQueryBlocks(queryCount, keyCount) { first, rows, visible in
              right.multiply(
                m: rows, columns: visible, alpha: rule.scale, q + first * queries.columns + head * width,
                stride: queries.columns, out + first * keyCount, stride: keyCount)
            }
            AttentionPattern.normalise(out, queryCount, keyCount, rule)
          }
        }
      }
    }
  }

  /// Calls `body` with runs of queries and how many keys the last of each sees: a product need not go further.
  ///
  /// A run is a quarter of the queries at most, so that little is computed that the mask hides.
  private static func forQueryBlocks(
    _ queryCount: Int, _ keyCount: Int, _ body: (_ first: Int, _ rows: Int, _ visible: Int) -> Void
  ) {
    let block = min(Matrix.rowsPerTask, max(32, queryCount / 4))
    for first in stride(from: 0, to: queryCount, by: block) {
      let rows = min(block, queryCount - first)
      body(first, rows, keyCount - queryCount + first + rows)
    }
  }

  private static func normalise(
    _ scores: UnsafeMutablePointer<Float>, _ queries: Int, _ keys: Int, _ rule: Rule
  ) {
    for query in 0..<queries {
      let row = scores + query * keys
      let last = keys - queries + query
      let first = rule.window.map { max(0, last - $0 + 1) } ?? 0
      if let cap = rule.softCap { la_soft_cap(cap, row + first, last - first + 1) }
      la_softmax(row + first, last - first + 1)
      for key in 0..<first { row[key] = 0 }
      for key in last + 1..<max(keys, last + 1) { row[key] = 0 }
    }
  }

  /// Returns what each head reads: Σ over keys of weight · value.
  ///
  /// - Parameter values: `[keyCount, groups · dHead]`.
  /// - Returns: `[queryCount, headCount · dHead]`.
  public func mix(_ values: Matrix, groups: Int, _ workers: Workers) -> Matrix {
    precondition(
      values.rows == keyCount && values.columns % groups == 0, "values \(values.shape) of \(keyCount) keys")
    let width = values.columns / groups
    let (headCount, queryCount, keyCount) = (headCount, queryCount, keyCount)
    return Matrix(rows: queryCount, columns: headCount * width) { out in
      workers.forEach(headCount) { head in
        let group = head / (headCount / groups)
        weights.withUnsafeBufferPointer { pattern in
          values.storage.withUnsafeBufferPointer { v in
            guard let pattern = pattern.baseAddress, let v = v.baseAddress else { return }
            AttentionPattern.forQueryBlocks(queryCount, keyCount) { first, rows, visible in
              let right = RightSide(
                v + group * width, stride: values.columns, n: width, k: visible, transposed: false)
              right.multiply(
                m: rows, pattern + (head * queryCount + first) * keyCount, stride: keyCount,
                out + first * headCount * width + head * width, stride: headCount * width)
            }
          }
        }
      }
    }
  }

  /// Returns the pattern with the weight of (query i, key j) multiplied by `queryFactors[i] · keyFactors[j]`.
  public consuming func scaled(
    queries queryFactors: [Float]?, keys keyFactors: [Float], _ workers: Workers
  ) -> AttentionPattern {
    precondition(keyFactors.count == keyCount, "\(keyFactors.count) factors of \(keyCount) keys")
    var result = self
    let (headCount, queryCount, keyCount) = (result.headCount, result.queryCount, result.keyCount)
    result.weights.withUnsafeMutableBufferPointer { weights in
      guard let base = weights.baseAddress else { return }
      workers.forEach(headCount) { head in
        for query in 0..<queryCount {
          let row = base + (head * queryCount + query) * keyCount
          let factor = queryFactors?[query] ?? 1
          for key in 0..<keyCount { row[key] *= factor * keyFactors[key] }
        }
      }
    }
    return result
  }

  /// Returns the pattern of the first `positions` positions among themselves.
  public func prefix(_ positions: Int) -> AttentionPattern {
    precondition(queryCount == keyCount && positions <= keyCount, "\(positions) of \(keyCount) positions")
    var result = self
    result.queryCount = positions
    result.keyCount = positions
    result.weights = []
    for head in 0..<headCount {
      for query in 0..<positions {
        let row = (head * queryCount + query) * keyCount
        result.weights.append(contentsOf: weights[row..<row + positions])
      }
    }
    return result
  }

  /// Returns what the last `count` queries read.
  public func suffix(_ count: Int) -> AttentionPattern {
    precondition(count <= queryCount, "\(count) of \(queryCount) queries")
    guard count < queryCount else { return self }
    var result = self
    result.queryCount = count
    result.weights = []
    result.weights.reserveCapacity(headCount * count * keyCount)
    for head in 0..<headCount {
      let first = (head * queryCount + queryCount - count) * keyCount
      result.weights.append(contentsOf: weights[first..<first + count * keyCount])
    }
    return result
  }
}
