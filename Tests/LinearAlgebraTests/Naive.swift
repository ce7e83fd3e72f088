import LinearAlgebra
import _TestSupport

/// The kernels again as plain loops in double precision.
enum Naive {
  /// X · W.
  static func product(_ x: Matrix, _ w: Matrix) -> Matrix {
    matrix(x.rows, w.columns) { row, column in
      (0..<x.columns).reduce(0.0) { $0 + Double(x[row, $1]) * Double(w[$1, column]) }
    }
  }

  /// A matrix whose entries `entry` computes.
  static func matrix(_ rows: Int, _ columns: Int, _ entry: (Int, Int) -> Double) -> Matrix {
    let storage = (0..<rows).flatMap { row in (0..<columns).map { Float(entry(row, $0)) } }
    return Matrix(rows: rows, columns: columns, storage: storage)
  }
}

extension SplitMix64 {
  /// A length from a range, often odd.
  mutating func length(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// A stored matrix of random bytes whose numbers are all finite and moderate.
  mutating func stored(_ rows: Int, blocks: Int, _ format: ElementFormat) -> StoredMatrix {
    var bytes: [UInt8] = []
    for _ in 0..<rows * blocks { bytes += block(format) }
    return StoredMatrix(
      rows: rows, columns: blocks * format.blockLength, format: format, bytes: StoredBytes(copying: bytes))
  }

  private mutating func block(_ format: ElementFormat) -> [UInt8] {
    while true {
      let bytes = (0..<format.bytesPerBlock).map { _ in UInt8.random(in: .min ... .max, using: &self) }
      let numbers = StoredMatrix(
        rows: 1, columns: format.blockLength, format: format, bytes: StoredBytes(copying: bytes)
      ).floats()
      if numbers.allSatisfy({ abs($0) < 8 && ($0 == 0 || abs($0) > 1e-6) }) { return bytes }
    }
  }
}
