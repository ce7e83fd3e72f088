import LinearAlgebra
import Testing
import _TestSupport

@Suite("Entries above 0")
struct EntriesAboveZeroTests {
  @Test(
    "Sparse rows hold what a loop finds, for any number of threads",
    arguments: [(0, 5), (1, 1), (7, 33), (64, 40), (150, 70)])
  func twin(_ rows: Int, _ columns: Int) {
    var random = SplitMix64(seed: UInt64(rows * 100 + columns))
    var matrix = random.matrix(rows, columns)
    if rows > 6 { matrix[row: 5] = Array(repeating: -1, count: columns)[...] }
    if rows > 6 { matrix[3, 0] = 0 }
    for threads in [1, 3] {
      let sparse = matrix.entriesAboveZero(Workers(count: threads))
      #expect(sparse.featureCount == columns && sparse.positionCount == rows)
      for row in 0..<rows {
        let expected = (0..<columns).filter { matrix[row, $0] > 0 }
        #expect(sparse.features[sparse.range(row)].map(Int.init) == expected)
        #expect(Array(sparse.values[sparse.range(row)]) == expected.map { matrix[row, $0] })
      }
    }
  }

  @Test("The smallest columns are the largest of the opposite")
  func smallest() {
    var random = SplitMix64(seed: 4)
    let matrix = random.matrix(6, 40)
    for (row, columns) in matrix.smallestColumns(5).enumerated() {
      let order = (0..<40).sorted { matrix[row, $0] < matrix[row, $1] }
      #expect(columns == Array(order.prefix(5)))
    }
  }
}
