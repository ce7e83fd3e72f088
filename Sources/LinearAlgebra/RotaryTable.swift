#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Rotary position embedding: each pair of a head's numbers is turned by an angle that grows with the position.
///
/// Pairs are half a rotated width apart (the convention of Hugging Face checkpoints).
public struct RotaryTable: Sendable, Equatable {
  /// The angle per position of each pair.
  let frequencies: [Double]

  /// Makes a table from the angle per position of each pair, `[rotatedWidth / 2]`.
  public init(frequencies: [Double]) {
    self.frequencies = frequencies
  }

  /// Turns every head of every row in place; row r stands at position `firstPosition + r`.
  ///
  /// - Parameters:
  ///   - matrix: `[positions, heads · dHead]`.
  ///   - dHead: The width of a head; numbers beyond the rotated width stay as they are.
  ///   - backwards: Whether to turn the other way, as gradients go.
  public func rotate(_ matrix: inout Matrix, dHead: Int, firstPosition: Int, backwards: Bool = false) {
    let half = frequencies.count
    precondition(matrix.columns % dHead == 0 && 2 * half <= dHead, "heads of \(dHead) in \(matrix.shape)")
    let (rows, columns) = (matrix.rows, matrix.columns)
    matrix.update { base in
      for row in 0..<rows {
        for pair in 0..<half {
          let angle = Double(firstPosition + row) * frequencies[pair]
          let (cosine, sine) = (Float(cos(angle)), Float(sin(backwards ? -angle : angle)))
          for start in stride(from: row * columns + pair, to: (row + 1) * columns, by: dHead) {
            let (x, y) = (base[start], base[start + half])
            base[start] = x * cosine - y * sine
            base[start + half] = y * cosine + x * sine
          }
        }
      }
    }
  }
}
