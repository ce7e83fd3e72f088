import CircuitGraphs
import Testing

@Suite("Sparse rows")
struct SparseRowsTests {
  @Test("Dense, sparse and empty rows read back, and zeros are not stored")
  func rows() {
    var rows = SparseRows(columnCount: 4)
    rows.appendRow(dense: ([0, 2, 0, -1] as [Float]).span)
    rows.appendEmptyRows(2)
    rows.appendRow(columns: ([0, 2, 3] as [Int32]).span, weights: ([5, 0, 7] as [Float]).span)
    #expect(rows.rowCount == 4)
    #expect(rows.entryCount == 4)
    #expect(Array(rows.row(0).columns) == [1, 3])
    #expect(Array(rows.row(0).weights) == [2, -1])
    #expect(rows.row(1).columns.isEmpty)
    #expect(Array(rows.row(3).columns) == [0, 3])
    #expect(rows.range(ofRow: 3) == 2..<4)
  }

  @Test("A single weight is found, and a missing one is zero")
  func lookup() {
    var rows = SparseRows(columnCount: 3)
    rows.appendRow(dense: ([1, 0, 3] as [Float]).span)
    rows.appendEmptyRows(1)
    #expect((0..<3).map { rows.weight(row: 0, column: $0) } == [1, 0, 3])
    #expect(rows.weight(row: 1, column: 2) == 0)
  }
}
