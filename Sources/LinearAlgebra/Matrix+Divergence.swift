import _LinearAlgebraShims

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How far one row of logits is from another.
public struct LogitDivergence: Sendable, Equatable {
  /// KL(wanted ‖ given), in nats.
  public var value: Double
  /// Whether both rows have the same largest entry.
  public var agrees: Bool
}

extension Matrix {
  /// Replaces each row of logits by the gradient of weight · KL(softmax of the wanted row ‖ softmax of this row): weight ·
  /// (given − wanted probability), times 1 − (logit / cap)² where the logits were capped.
  ///
  /// - Parameters:
  ///   - wanted: The logits to come near to, `[rows, columns]`.
  ///   - weights: One for each row.
  ///   - softCap: The cap that both were put under.
  public mutating func pullDivergence(
    from wanted: Matrix, weights: [Float], softCap: Float?, _ workers: Workers
  ) -> [LogitDivergence] {
    precondition(
      rows == wanted.rows && columns == wanted.columns && weights.count == rows && columns > 0,
      "\(shape) from \(wanted.shape), \(weights.count) weights")
    var result = [LogitDivergence](repeating: LogitDivergence(value: 0, agrees: false), count: rows)
    let (rows, columns) = (rows, columns)
    result.withUnsafeMutableBufferPointer { result in
      update { given in
        wanted.storage.withUnsafeBufferPointer { wanted in
          guard let wanted = wanted.baseAddress else { return }
          workers.forEach(rows, scratch: 2 * columns) { row, scratch in
            result[row] = Matrix.pullDivergence(
              given + row * columns, from: wanted + row * columns, columns, weights[row], softCap, scratch)
          }
        }
      }
    }
    return result
  }

  private static func pullDivergence(
    _ given: UnsafeMutablePointer<Float>, from wanted: UnsafePointer<Float>, _ count: Int, _ weight: Float,
    _ softCap: Float?, _ scratch: UnsafeMutablePointer<Float>
  ) -> LogitDivergence {
    let (p, q) = (scratch, scratch + count)
    p.update(from: wanted, count: count)
    q.update(from: given, count: count)
    la_softmax(p, count)
    la_softmax(q, count)
    let (top, other) = (place(of: wanted, count), place(of: given, count))
    // log p = (l − largest l) + log p(largest): no probability need be taken the logarithm of but that one.
    var sum = log(Double(p[top])) - log(Double(q[other]))
    let (highest, highestGiven) = (wanted[top], given[other])
    var gap = 0.0
    for i in 0..<count {
      gap += Double(p[i] * ((wanted[i] - highest) - (given[i] - highestGiven)))
    }
    sum += gap
    for i in 0..<count {
      var slope = weight * (q[i] - p[i])
      if let softCap {
        let share = given[i] / softCap
        slope *= 1 - share * share
      }
      given[i] = slope
    }
    return LogitDivergence(value: sum, agrees: top == other)
  }

  /// The place of the largest number.
  private static func place(of values: UnsafePointer<Float>, _ count: Int) -> Int {
    var best = 0
    for i in 1..<max(count, 1) where values[i] > values[best] { best = i }
    return best
  }
}
