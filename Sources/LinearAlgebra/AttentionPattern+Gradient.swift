import _LinearAlgebraShims

/// The gradients of what a layer's attention pattern was made of and what it read.
public struct AttentionGradients: Sendable {
  /// At the queries, `[queryCount, headCount · dHead]`, after rotation.
  public var queries: Matrix
  /// At the keys, `[keyCount, groups · dHead]`, after rotation.
  public var keys: Matrix
  /// At the values, `[keyCount, groups · dHead]`.
  public var values: Matrix
}

/// What a pattern was computed from, and what it mixes.
public struct AttentionOperands: Sendable {
  /// `[queryCount, headCount · dHead]`, after rotation.
  public var queries: Matrix
  /// `[keyCount, groups · dHead]`, after rotation.
  public var keys: Matrix
  /// `[keyCount, groups · dHead]`.
  public var values: Matrix

  /// Names the operands.
  public init(queries: Matrix, keys: Matrix, values: Matrix) {
    self.queries = queries
    self.keys = keys
    self.values = values
  }
}

extension AttentionPattern {
  /// Carries gradients G at the heads' outputs back to queries, keys and values, through the softmax.
  ///
  /// For each head, with P the pattern, s the scores before the softmax, some queries at a time:
  /// 1. D = G · Vᵀ, the gradient at the pattern;
  /// 2. D ← P ∘ (D − Σ over keys of P ∘ D), the gradient at s; times 1 − (s / cap)² where scores are capped;
  /// 3. queries gain scale · D · K; keys gain scale · Dᵀ · Q and values Pᵀ · G, heads of a group added up.
  ///
  /// - Parameters:
  ///   - outputs: G, `[queryCount, headCount · dHead]`.
  ///   - rule: The one that the pattern was computed by.
  public func pull(
    _ outputs: Matrix, to operands: AttentionOperands, groups: Int, rule: Rule, _ workers: Workers
  ) -> AttentionGradients {
    let width = outputs.columns / headCount
    precondition(
      outputs.rows == queryCount && operands.queries.columns == outputs.columns
        && operands.keys.rows == keyCount && operands.keys.columns == groups * width
        && operands.values.rows == keyCount && operands.values.columns == groups * width,
      "\(outputs.shape) to \(operands.queries.shape), \(operands.keys.shape), \(operands.values.shape)")
    var queries = Matrix(rows: queryCount, columns: outputs.columns)
    var keys = Matrix(rows: keyCount, columns: groups * width)
    var values = keys
    queries.update { dq in
      keys.update { dk in
        values.update { dv in
          withOperands(outputs, operands) { g, q, k, v, pattern in
            let size = Matrix.queriesPerBlock * keyCount
            workers.forEach(groups, scratch: 3 * size) { group, scratch in
              HeadGroupGradient(
                pattern: self, weights: pattern, group: group, groups: groups, width: width, rule: rule,
                outputs: g, queries: q, keys: k, values: v, byQueries: dq, byKeys: dk, byValues: dv,
                byScores: scratch, transposed: scratch + size, scores: scratch + 2 * size
              ).add()
            }
          }
        }
      }
    }
    return AttentionGradients(queries: queries, keys: keys, values: values)
  }

  private func withOperands(
    _ outputs: Matrix, _ operands: AttentionOperands,
    _ body: (
      _ outputs: UnsafePointer<Float>, _ queries: UnsafePointer<Float>, _ keys: UnsafePointer<Float>,
      _ values: UnsafePointer<Float>, _ pattern: UnsafePointer<Float>
    ) -> Void
  ) {
    outputs.storage.withUnsafeBufferPointer { g in
      operands.queries.storage.withUnsafeBufferPointer { q in
        operands.keys.storage.withUnsafeBufferPointer { k in
          operands.values.storage.withUnsafeBufferPointer { v in
            weights.withUnsafeBufferPointer { pattern in
              if let g = g.baseAddress, let q = q.baseAddress, let k = k.baseAddress,
                let v = v.baseAddress, let pattern = pattern.baseAddress
              {
                body(g, q, k, v, pattern)
              }
            }
          }
        }
      }
    }
  }
}

extension Matrix {
  /// Queries of a head whose gradients at the scores are held at once.
  fileprivate static let queriesPerBlock = 64
}

/// The work of one group of heads: it alone writes its keys' and values' gradients.
private struct HeadGroupGradient {
  let pattern: AttentionPattern
  let weights: UnsafePointer<Float>
  let group: Int
  let groups: Int
  let width: Int
  let rule: AttentionPattern.Rule
  let outputs: UnsafePointer<Float>
  let queries: UnsafePointer<Float>
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  let byQueries: UnsafeMutablePointer<Float>
  let byKeys: UnsafeMutablePointer<Float>
  let byValues: UnsafeMutablePointer<Float>
  /// Scratch, `[queriesPerBlock, keyCount]` each.
  let byScores: UnsafeMutablePointer<Float>
  let transposed: UnsafeMutablePointer<Float>
  let scores: UnsafeMutablePointer<Float>

  private var keyCount: Int { pattern.keyCount }
  /// Numbers of a row of all heads.
  private var wide: Int { pattern.headCount * width }
  /// Numbers of a row of all groups.
  private var narrow: Int { groups * width }

  func add() {
    let offset = group * width
    let valueSide = RightSide(
      values + offset, stride: narrow, n: keyCount, k: width, transposed: true)
    let keySide =
      rule.softCap == nil
      ? nil : RightSide(keys + offset, stride: narrow, n: keyCount, k: width, transposed: true)
    let shared = pattern.headCount / groups
    for head in group * shared..<(group + 1) * shared {
      for first in stride(from: 0, to: pattern.queryCount, by: Matrix.queriesPerBlock) {
        let rows = min(Matrix.queriesPerBlock, pattern.queryCount - first)
        pullBlock(head, first, rows, valueSide, keySide)
      }
    }
  }

  /// Steps 1 to 3 for some queries of a head.
  private func pullBlock(
    _ head: Int, _ first: Int, _ rows: Int, _ valueSide: RightSide, _ keySide: RightSide?
  ) {
    let visible = keyCount - pattern.queryCount + first + rows
    let start = first * wide + head * width
    let seen = weights + (head * pattern.queryCount + first) * keyCount
    valueSide.multiply(
      m: rows, columns: visible, outputs + start, stride: wide, byScores, stride: keyCount)
    for row in 0..<rows {
      pullSoftmax(byScores + row * keyCount, seen + row * keyCount, visible)
    }
    if let keySide, let cap = rule.softCap {
      keySide.multiply(
        m: rows, columns: visible, alpha: rule.scale, queries + start, stride: wide, scores, stride: keyCount)
      for row in 0..<rows { pullSoftCap(cap, row * keyCount, visible) }
    }
    RightSide(keys + group * width, stride: narrow, n: width, k: visible, transposed: false).multiply(
      m: rows, alpha: rule.scale, byScores, stride: keyCount, byQueries + start, stride: wide)
    addTransposed(byScores, queries + start, rows, visible, rule.scale, byKeys)
    addTransposed(seen, outputs + start, rows, visible, 1, byValues)
  }

  private func pullSoftmax(_ row: UnsafeMutablePointer<Float>, _ seen: UnsafePointer<Float>, _ count: Int) {
    let sum = la_dot(seen, row, count)
    for key in 0..<count { row[key] = seen[key] * (row[key] - sum) }
  }

  private func pullSoftCap(_ cap: Float, _ start: Int, _ count: Int) {
    la_soft_cap(cap, scores + start, count)
    for key in start..<start + count {
      let share = scores[key] / cap
      byScores[key] *= 1 - share * share
    }
  }

  /// Adds factor · leftᵀ · right to the group's rows of `out`; left is `[rows, visible]`, right `[rows, width]`.
  private func addTransposed(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ rows: Int, _ visible: Int,
    _ factor: Float, _ out: UnsafeMutablePointer<Float>
  ) {
    la_transpose(rows, visible, left, keyCount * 4, transposed, rows * 4)
    RightSide(right, stride: wide, n: width, k: rows, transposed: false).multiply(
      m: visible, alpha: factor, transposed, stride: rows, beta: 1, out + group * width, stride: narrow)
  }
}
