import _LinearAlgebraShims

/// The rows of a matrix divided by the root of their mean square, and what their gradients need.
public struct NormedRows: Sendable {
  /// weight ∘ normalized, `[rows, columns]`.
  public let output: Matrix
  /// Each row divided by its scale.
  private let normalized: Matrix
  /// √(mean square + epsilon) of each row.
  private let scales: [Float]

  /// Norms the rows of `x`.
  ///
  /// - Parameter weight: `[1, columns]`.
  public init(_ x: Matrix, weight: Matrix, epsilon: Float) {
    precondition(weight.rows == 1 && weight.columns == x.columns, "\(x.shape) by \(weight.shape)")
    let (rows, columns) = (x.rows, x.columns)
    var (output, normalized) = (Matrix(rows: rows, columns: columns), Matrix(rows: rows, columns: columns))
    var scales = [Float](repeating: 0, count: rows)
    let norm = la_training_best().pointee.norm
    output.update { out in
      normalized.update { normalized in
        scales.withUnsafeMutableBufferPointer { scales in
          guard let scales = scales.baseAddress, let norm else { return }
          norm(rows, columns, epsilon, x.storage, weight.storage, normalized, out, scales)
        }
      }
    }
    (self.output, self.normalized, self.scales) = (output, normalized, scales)
  }

  /// Carries gradients at the output back: with n = x / s, ∂n/∂x is 1/s without its share along n, for a longer x makes s
  /// longer.
  ///
  /// - Parameters:
  ///   - gradient: `[rows, columns]`.
  ///   - byWeight: Gains Σ over rows of gradient ∘ n, `[1, columns]`.
  ///   - byInput: Gains the gradient at x, `[rows, columns]`.
  public func pull(_ gradient: Matrix, weight: Matrix, byWeight: inout Matrix, byInput: inout Matrix) {
    precondition(
      gradient.rows == output.rows && gradient.columns == output.columns && byInput.rows == output.rows
        && byInput.columns == output.columns && byWeight.columns == output.columns,
      "\(gradient.shape) to \(byInput.shape), \(byWeight.shape)")
    let (rows, columns, pull) = (output.rows, output.columns, la_training_best().pointee.norm_pull)
    byInput.update { byInput in
      byWeight.update { byWeight in
        pull?(
          rows, columns, gradient.storage, weight.storage, normalized.storage, scales, byWeight, byInput)
      }
    }
  }
}
