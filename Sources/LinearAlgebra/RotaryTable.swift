import _LinearAlgebraShims

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
  /// Cosines, then sines, of the first positions: `[tabulated, 2 · frequencies.count]`.
  private let turns: [Float]

  /// How many positions have their turns computed once.
  private static let tabulated = 512

  /// Makes a table from the angle per position of each pair, `[rotatedWidth / 2]`.
  public init(frequencies: [Double]) {
    self.frequencies = frequencies
    turns = (0..<RotaryTable.tabulated).flatMap { RotaryTable.turns($0, frequencies) }
  }

  /// The cosines, then the sines, of a position's angles.
  private static func turns(_ position: Int, _ frequencies: [Double]) -> [Float] {
    let angles = frequencies.map { Double(position) * $0 }
    return angles.map { Float(cos($0)) } + angles.map { Float(sin($0)) }
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
    let turn = la_training_best().pointee.rotate
    var scratch = [Float](repeating: 0, count: 2 * half)
    matrix.update { base in
      for row in 0..<rows {
        let position = firstPosition + row
        if position < RotaryTable.tabulated {
          for place in 0..<2 * half { scratch[place] = turns[position * 2 * half + place] }
        } else {
          scratch = RotaryTable.turns(position, frequencies)
        }
        if backwards { for place in half..<2 * half { scratch[place].negate() } }
        scratch.withUnsafeBufferPointer { scratch in
          guard let cosines = scratch.baseAddress, let turn else { return }
          turn(columns / dHead, dHead, half, cosines, cosines + half, base + row * columns)
        }
      }
    }
  }
}
