import LinearAlgebra
import Testing
import _TestSupport

@Suite("Matrices that are stored by input")
struct ColumnTests {
  static let shapes = [(1, 1, 1), (3, 5, 7), (4, 48, 96), (2, 300, 700), (9, 1, 130), (1, 64, 49)]

  @Test("X · W is X · (Wᵀ)ᵀ, in every format whose elements stand alone", arguments: shapes, [1, 3])
  func product(shape: (Int, Int, Int), threads: Int) {
    var random = SplitMix64(seed: 4)
    let x = random.matrix(shape.0, shape.1)
    let workers = Workers(count: threads)
    for stored in ColumnTests.stored(random.matrix(shape.1, shape.2)) {
      let expected = x.times(transposed: stored.transposed(), workers)
      #expect(Difference(x.times(stored, workers), expected, absolute: 1e-4, relative: 1e-5) == nil)
    }
  }

  @Test(
    "X · W of weights of every format, and of very many rows, is the plain sum",
    arguments: ElementFormat.allCases)
  func manyRows(format: ElementFormat) {
    var random = SplitMix64(seed: 7)
    for rows in format.blockLength == 1 ? [37, 4099] : [37, 1030] {
      let weights = random.stored(rows, blocks: format.blockLength == 1 ? 101 : 3, format)
      let x = random.matrix(5, rows)
      let wide = weights.widened()
      let magnitude = Naive.product(x.map(abs), wide.map(abs)).storage.max() ?? 0
      let expected = Naive.product(x, wide)
      for (precision, share) in [(ProductPrecision.exact, 1e-5), (.bfloat16, 1 / 128)] {
        let found = x.times(weights, Workers(count: 2, precision: precision))
        #expect(Difference(found, expected, absolute: share * Double(magnitude)) == nil)
        #expect(found == x.times(weights, Workers(count: 1, precision: precision)))
      }
    }
  }

  @Test("Bytes at odd places give the same product")
  func unaligned() {
    var random = SplitMix64(seed: 5)
    let (x, w) = (random.matrix(3, 40), random.matrix(40, 60))
    let aligned = StoredMatrix(w)
    let bytes = aligned.bytes.withUnsafeBytes { [0x7F] + Array($0) }
    let odd = StoredMatrix(
      rows: 40, columns: 60, format: .f32, bytes: StoredBytes(copying: bytes)[1..<bytes.count])
    let workers = Workers(count: 2)
    #expect(x.times(odd, workers) == x.times(aligned, workers))
    #expect(odd.gathered(columns: [59, 0]) == aligned.gathered(columns: [59, 0]))
  }

  @Test("Columns come out as rows, and turning twice gives the matrix back")
  func columns() {
    var random = SplitMix64(seed: 6)
    for stored in ColumnTests.stored(random.matrix(6, 9)) {
      let wide = stored.widened()
      let columns = stored.gathered(columns: [8, 0, 3, 3])
      for (place, column) in [8, 0, 3, 3].enumerated() {
        #expect(Array(columns[row: place]) == (0..<6).map { wide[$0, column] })
      }
      #expect(stored.transposed().widened() == wide.transposed())
      #expect(stored.transposed().format == stored.format)
      #expect(stored.transposed().transposed().widened() == wide)
    }
    let strided = StoredMatrix(random.matrix(8, 5)).everyRow(from: 1, by: 2)
    #expect(strided.transposed().widened() == strided.widened().transposed())
    #expect(strided.gathered(columns: [4]).storage == (0..<4).map { strided.widened()[$0, 4] })
  }

  /// The matrix in single precision, and its upper halves as bfloat16.
  private static func stored(_ matrix: Matrix) -> [StoredMatrix] {
    let halves = matrix.storage.flatMap { value -> [UInt8] in
      [UInt8(truncatingIfNeeded: value.bitPattern >> 16), UInt8(truncatingIfNeeded: value.bitPattern >> 24)]
    }
    return [
      StoredMatrix(matrix),
      StoredMatrix(
        rows: matrix.rows, columns: matrix.columns, format: .bf16, bytes: StoredBytes(copying: halves)),
    ]
  }
}
