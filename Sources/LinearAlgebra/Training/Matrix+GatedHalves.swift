import _LinearAlgebraShims

extension Matrix {
  /// Returns silu(gate) ∘ up of rows that hold the gate's numbers, then as many of up: `[rows, columns / 2]`.
  public func gatedHalves() -> Matrix {
    precondition(columns % 2 == 0, "halves of \(shape)")
    let (rows, half) = (rows, columns / 2)
    return Matrix(rows: rows, columns: half) { out in
      storage.withUnsafeBufferPointer { joined in
        guard let joined = joined.baseAddress else { return }
        for row in 0..<rows {
          let gate = joined + row * 2 * half
          la_gate(ElementwiseActivation.silu.rawValue, gate, gate + half, out + row * half, half)
        }
      }
    }
  }

  /// Carries gradients at ``gatedHalves()`` of this matrix, `[rows, columns / 2]`, back to its entries.
  public func pullGatedHalves(_ gradient: Matrix) -> Matrix {
    precondition(gradient.rows == rows && 2 * gradient.columns == columns, "\(gradient.shape) to \(shape)")
    let (rows, half, pull) = (rows, columns / 2, la_training_best().pointee.gate_pull)
    return Matrix(rows: rows, columns: columns) { out in
      storage.withUnsafeBufferPointer { joined in
        gradient.storage.withUnsafeBufferPointer { gradient in
          guard let joined = joined.baseAddress, let gradient = gradient.baseAddress else { return }
          for row in 0..<rows {
            let (gate, place) = (joined + row * 2 * half, out + row * 2 * half)
            pull?(half, gate, gate + half, gradient + row * half, place, place + half)
          }
        }
      }
    }
  }
}
