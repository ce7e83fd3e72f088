import _LinearAlgebraShims

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a rotary table does at the first positions, its cosines and sines computed once.
public struct RotaryTurns: Sendable {
  private let half: Int
  private let positions: Int
  /// `[positions, half]`.
  private var cosines: [Float] = []
  private var sines: [Float] = []
  /// The negated sines, by which gradients turn back.
  private let backwardSines: [Float]

  /// Computes the turns of positions below `positions`.
  public init(_ table: RotaryTable, positions: Int) {
    half = table.frequencies.count
    self.positions = positions
    for position in 0..<positions {
      for frequency in table.frequencies {
        let angle = Double(position) * frequency
        cosines.append(Float(cos(angle)))
        sines.append(Float(sin(angle)))
      }
    }
    backwardSines = sines.map { -$0 }
  }

  /// Turns the first heads of every row in place, as ``RotaryTable/rotate(_:dHead:firstPosition:backwards:)`` does; the
  /// rows of each sequence stand at the positions from 0 on.
  public func rotate(
    _ matrix: inout Matrix, heads: Int, dHead: Int, sequences: [Range<Int>], backwards: Bool = false
  ) {
    precondition(
      heads * dHead <= matrix.columns && 2 * half <= dHead, "\(heads) of \(dHead) in \(matrix.shape)")
    precondition(sequences.allSatisfy { $0.count <= positions && $0.upperBound <= matrix.rows }, matrix.shape)
    let (columns, turn) = (matrix.columns, la_training_best().pointee.rotate)
    matrix.update { base in
      cosines.withUnsafeBufferPointer { cosines in
        (backwards ? backwardSines : sines).withUnsafeBufferPointer { sines in
          guard let cosines = cosines.baseAddress, let sines = sines.baseAddress, let turn else { return }
          for sequence in sequences {
            for (position, row) in sequence.enumerated() {
              turn(
                heads, dHead, half, cosines + position * half, sines + position * half, base + row * columns)
            }
          }
        }
      }
    }
  }
}
