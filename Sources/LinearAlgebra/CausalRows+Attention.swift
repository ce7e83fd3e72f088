import _LinearAlgebraShims

/// One layer's attention with its pattern and the denominators of its norms frozen: a linear map.
public struct FrozenAttention: Sendable {
  /// What carries head outputs to the residual stream, `[dModel, headCount · dHead]`, the post norm's weight folded in.
  public var output: Matrix
  /// What carries the residual stream to values, `[groups · dHead, dModel]`, the norm's weight folded in.
  public var value: Matrix
  /// The pattern, divided by the norms' denominators at key and query.
  public var pattern: AttentionPattern
  /// The value at position 0 that the first token alone causes, `[groups · dHead]`.
  public var zeroValue: [Float]

  /// Makes the map.
  public init(output: Matrix, value: Matrix, pattern: AttentionPattern, zeroValue: [Float]) {
    self.output = output
    self.value = value
    self.pattern = pattern
    self.zeroValue = zeroValue
  }
}

/// A linear map beside an MLP (a transcoder's skip connection), seen from behind.
public struct PulledSkip: Sendable {
  /// `[dModel, dModel]`, from the gradient at the MLP's output to the one at its input.
  public var map: Matrix
  /// What multiplies it at each position.
  public var factors: [Float]

  /// Makes the map.
  public init(map: Matrix, factors: [Float]) {
    self.map = map
    self.factors = factors
  }
}

extension CausalRows {
  /// Carries every joined target's gradient from behind a layer's attention to before it.
  ///
  /// For gradients G behind the residual sum (methods paper §"Attribution Graphs": patterns and norms are constants):
  /// 1. U = G · W_O, gradients at the heads' outputs;
  /// 2. for each head, the transposed pattern carries U from queries to keys, heads of a group add up;
  /// 3. G += (…) · W_V: the residual stream itself passes unchanged.
  ///
  /// - Parameter skip: A map beside the MLP where attention and MLP stand beside each other: it takes the same G.
  /// - Returns: For each target, what reaches the value at position 0.
  public mutating func pull(
    through attention: FrozenAttention, beside skip: PulledSkip? = nil, _ workers: Workers
  ) -> [Float] {
    reserve(heads: attention.output.columns, groups: attention.value.rows)
    let runs = liveRuns(limit: Matrix.rowsPerTask)
    var zeroReach = [Float](repeating: 0, count: lastPositions.count)
    multiply(runs, of: values, by: attention.output, into: &headGradients, workers)
    pullPattern(attention, &zeroReach, workers)
    if let skip { pull(through: skip, workers) }
    multiply(runs, of: valueGradients, by: attention.value, adding: true, into: &values, workers)
    return zeroReach
  }

  private mutating func reserve(heads: Int, groups: Int) {
    if headGradients.count < rowCount * heads { headGradients = Array(repeating: 0, count: rowCount * heads) }
    if valueGradients.count < rowCount * groups {
      valueGradients = Array(repeating: 0, count: rowCount * groups)
    }
  }

  private mutating func pullPattern(
    _ attention: FrozenAttention, _ zeroReach: inout [Float], _ workers: Workers
  ) {
    let pattern = attention.pattern
    let dHead = attention.output.columns / pattern.headCount
    let groups = attention.value.rows / dHead
    let (lastPositions, tableStarts, joined) = (lastPositions, tableStarts, joined)
    zeroReach.withUnsafeMutableBufferPointer { reach in
      valueGradients.withUnsafeMutableBufferPointer { out in
        withUnsafeBuffers(headGradients, pattern.weights, attention.zeroValue, rowTable) {
          u, weights, zero, rows in
          guard let out = out.baseAddress, let reach = reach.baseAddress else { return }
          workers.forEach(joined) { target in
            guard lastPositions[target] > 0 else { return }
            reach[target] = la_pull_pattern(
              weights, pattern.keyCount, pattern.headCount, groups, dHead, u, out, rows + tableStarts[target],
              lastPositions[target], zero)
          }
        }
      }
    }
  }

  /// Adds to every joined target's gradient what passes a linear map beside the MLP.
  public mutating func pull(through skip: PulledSkip, _ workers: Workers) {
    let (width, factors) = (width, skip.factors)
    let tasks = (1..<max(liveCounts.count, 1)).flatMap { q in
      liveRuns(position: q, limit: Matrix.rowsPerTask).map { (q, $0) }
    }
    values.withUnsafeMutableBufferPointer { values in
      skip.map.storage.withUnsafeBufferPointer { weights in
        guard let g = values.baseAddress, let w = weights.baseAddress else { return }
        let right = RightSide(w, stride: width, n: width, k: width, transposed: false)
        workers.forEach(tasks.count, scratch: Matrix.rowsPerTask * width) { task, copy in
          let (q, run) = tasks[task]
          let rows = g + run.lowerBound * width
          copy.update(from: rows, count: run.count * width)
          right.multiply(
            m: run.count, alpha: factors[q], copy, stride: width, beta: 1, rows, stride: width)
        }
      }
    }
  }
}

/// Sets (or adds to) runs of rows of `result` the same rows of `rows` times `weights`.
private func multiply(
  _ runs: [Range<Int>], of rows: [Float], by weights: Matrix, adding: Bool = false,
  into result: inout [Float],
  _ workers: Workers
) {
  let (k, n) = (weights.rows, weights.columns)
  result.withUnsafeMutableBufferPointer { result in
    rows.withUnsafeBufferPointer { rows in
      weights.storage.withUnsafeBufferPointer { weights in
        guard let c = result.baseAddress, let a = rows.baseAddress, let b = weights.baseAddress else {
          return
        }
        let right = RightSide(b, stride: n, n: n, k: k, transposed: false)
        workers.forEach(runs.count) { task in
          let first = runs[task].lowerBound
          right.multiply(
            m: runs[task].count, a + first * k, stride: k, beta: adding ? 1 : 0, c + first * n, stride: n)
        }
      }
    }
  }
}

/// Calls `body` with the addresses of four arrays, or not at all when one is empty.
private func withUnsafeBuffers(
  _ a: [Float], _ b: [Float], _ c: [Float], _ d: [Int32],
  _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Int32>) -> Void
) {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      c.withUnsafeBufferPointer { c in
        d.withUnsafeBufferPointer { d in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress, let d = d.baseAddress
          else { return }
          body(a, b, c, d)
        }
      }
    }
  }
}
