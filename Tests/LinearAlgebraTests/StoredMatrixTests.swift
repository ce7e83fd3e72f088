import LinearAlgebra
import Testing
import _TestSupport

@Suite("Stored matrices")
struct StoredMatrixTests {
  @Test("Float formats widen to the numbers that their bits mean")
  func floatFormats() {
    let patterns = (0...UInt16.max).filter { !Float(Float16(bitPattern: $0)).isNaN }
    let halves = store(patterns, .f16)
    #expect(halves.floats().map(\.bitPattern) == patterns.map { Float(Float16(bitPattern: $0)).bitPattern })
    let brains = store(Array(0...UInt16.max), .bf16)
    #expect(brains.floats().map(\.bitPattern) == (0...UInt16.max).map { UInt32($0) << 16 })
  }

  private func store(_ patterns: [UInt16], _ format: ElementFormat) -> StoredMatrix {
    let bytes = patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    return StoredMatrix(
      rows: 1, columns: patterns.count, format: format, bytes: StoredBytes(copying: bytes))
  }

  @Test("Views of rows hold the numbers of those rows", arguments: ElementFormat.allCases)
  func views(format: ElementFormat) {
    var random = SplitMix64(seed: 1)
    let blocks = format.blockLength == 1 ? 13 : 2
    let matrix = random.stored(12, blocks: blocks, format)
    let whole = matrix.widened()
    #expect(matrix.floats() == whole.storage)
    #expect(matrix.widened(Workers(count: 3)) == whole)
    #expect(matrix[rows: 5..<11].widened() == whole[rows: 5..<11])
    #expect(matrix[rows: 4..<4].widened() == Matrix(rows: 0, columns: whole.columns))
    for step in [1, 2, 3, 4, 6, 12] {
      for first in 0..<step {
        let rows = Array(stride(from: first, to: 12, by: step))
        let view = matrix.everyRow(from: first, by: step)
        #expect(view.widened() == whole.picking(rows: rows))
        #expect(view.widened(Workers(count: 2)) == whole.picking(rows: rows))
        #expect(view[rows: 0..<rows.count].floats() == whole.picking(rows: rows).storage)
      }
    }
  }

  @Test("Strided views of views, reordered and gathered rows hold the rows that are named")
  func rows() {
    var random = SplitMix64(seed: 2)
    let matrix = random.stored(24, blocks: 7, .bf16)
    let whole = matrix.widened()
    let twice = matrix.everyRow(from: 1, by: 4)[rows: 1..<5].everyRow(from: 1, by: 2)
    #expect(twice.widened() == whole.picking(rows: [9, 17]))
    let order = [23, 0, 0, 11, 5]
    #expect(matrix.reorderingRows(order).widened() == whole.picking(rows: order))
    #expect(matrix.everyRow(from: 1, by: 2).reorderingRows([3, 1]).widened() == whole.picking(rows: [7, 3]))
    #expect(matrix.gathered(order) == whole.picking(rows: order))
    #expect(matrix.everyRow(from: 2, by: 3).gathered([4, 0]) == whole.picking(rows: [14, 2]))
    #expect(matrix.gathered([]) == Matrix(rows: 0, columns: 7))
  }

  @Test(
    "Rows that are not stored are zeros, in every view and product",
    arguments: [ElementFormat.f32, .bf16, .q8_0])
  func absentRows(format: ElementFormat) {
    var random = SplitMix64(seed: 4)
    let stored = random.stored(5, blocks: format == .q8_0 ? 2 : 64, format)
    let present = [1, 2, 4, 8, 11]
    let matrix = StoredMatrix(rows: 12, stored: stored, present: present)
    var whole = Matrix(rows: 12, columns: 64)
    for (place, row) in present.enumerated() { whole[row: row] = stored.widened()[row: place] }
    #expect(matrix.widened() == whole && matrix.widened(Workers(count: 2)) == whole)
    #expect(matrix[rows: 3..<9].widened() == whole[rows: 3..<9])
    #expect(matrix[rows: 2..<12].everyRow(from: 0, by: 2).widened() == whole.picking(rows: [2, 4, 6, 8, 10]))
    #expect(matrix.everyRow(from: 2, by: 3)[rows: 0..<3].widened() == whole.picking(rows: [2, 5, 8]))
    #expect(matrix.reorderingRows([11, 0, 4]).widened() == whole.picking(rows: [11, 0, 4]))
    #expect(matrix.gathered([0, 8, 8]) == whole.picking(rows: [0, 8, 8]))
    #expect(matrix.gathered(columns: [63, 0]) == whole.transposed().picking(rows: [63, 0]))
    #expect(matrix.transposed().widened() == whole.transposed())
    let input = random.matrix(3, 64, deviation: 1)
    for precision in [ProductPrecision.exact, .bfloat16] {
      let workers = Workers(count: 2, precision: precision)
      #expect(
        input.times(transposed: matrix, workers) == input.times(transposed: StoredMatrix(whole), workers))
    }
    let none = StoredMatrix(rows: 2, stored: stored[rows: 0..<0], present: [])
    #expect(none.widened() == Matrix(rows: 2, columns: 64))
  }

  @Test("Bytes at an odd address are read the same", arguments: ElementFormat.allCases)
  func oddAddresses(format: ElementFormat) {
    var random = SplitMix64(seed: 3)
    let matrix = random.stored(5, blocks: format.blockLength == 1 ? 9 : 1, format)
    let shifted = StoredBytes(copying: [0] + matrix.bytes.withUnsafeBytes { Array($0) })
    let moved = StoredMatrix(
      rows: 5, columns: matrix.columns, format: format, bytes: shifted[1..<shifted.count])
    #expect(moved.widened() == matrix.widened())
    let x = random.matrix(3, matrix.columns)
    let workers = Workers(count: 1)
    #expect(x.times(transposed: moved, workers) == x.times(transposed: matrix, workers))
  }

  @Test("Rows are added to rows, scaled")
  func addRows() {
    var random = SplitMix64(seed: 4)
    let vectors = random.stored(6, blocks: 11, .f16)
    var sum = random.matrix(3, 11)
    var expected = sum
    let (rows, targets) = ([5, 0, 5, 2], [1, 1, 0, 1])
    let scales = random.numbers(4)
    sum.addRows(of: vectors, rows, scaledBy: scales[...], toRows: targets)
    let whole = vectors.widened()
    for place in rows.indices {
      for column in 0..<11 { expected[targets[place], column] += scales[place] * whole[rows[place], column] }
    }
    #expect(Difference(sum, expected, absolute: 1e-5) == nil)
  }

  @Test("The mean row is the mean of every column")
  func meanRow() {
    var random = SplitMix64(seed: 5)
    let matrix = random.stored(37, blocks: 5, .f16)
    let whole = matrix.widened()
    let means = (0..<5).map { column in
      Float((0..<37).reduce(0.0) { $0 + Double(whole[$1, column]) } / 37)
    }
    #expect(Difference(matrix.meanRow(), means, absolute: 1e-6) == nil)
  }

  @Test("Sizes that do not fill whole blocks, or overflow, have no byte count")
  func byteCounts() {
    #expect(ElementFormat.q4_0.byteCount(elements: 64) == 36)
    #expect(ElementFormat.q4_0.byteCount(elements: 33) == nil)
    #expect(ElementFormat.f32.byteCount(elements: -4) == nil)
    #expect(ElementFormat.f32.byteCount(elements: .max) == nil)
  }
}
