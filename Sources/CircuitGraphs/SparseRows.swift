/// A sparse matrix stored row after row; in a graph, rows are targets and columns are sources.
///
/// The entries of row `i` are those from `offsets[i]` up to `offsets[i + 1]` of `columns` and `weights`, with
/// ascending columns. Eight bytes an entry; there is never a dense matrix behind it.
public struct SparseRows: Equatable, Sendable {
  /// The number of columns.
  public let columnCount: Int
  /// Where each row starts, and the end of the last one: `rowCount + 1` numbers.
  public private(set) var offsets: [Int]
  /// The column of each entry, strictly ascending in a row.
  public private(set) var columns: [Int32]
  /// The weight of each entry, never zero.
  public private(set) var weights: [Float]

  /// Makes a matrix that has no rows yet.
  public init(columnCount: Int) {
    precondition((0...Int(Int32.max)).contains(columnCount), "\(columnCount) columns cannot be indexed")
    self.columnCount = columnCount
    offsets = [0]
    columns = []
    weights = []
  }

  /// The number of rows.
  public var rowCount: Int { offsets.count - 1 }

  /// The number of entries stored.
  public var entryCount: Int { columns.count }

  /// Returns the places of a row's entries in `columns` and `weights`.
  public func range(ofRow row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  /// Returns the entries of a row.
  public func row(_ row: Int) -> SparseRow {
    let range = range(ofRow: row)
    return SparseRow(columns: columns[range], weights: weights[range])
  }

  /// Returns the weight at a row and column, zero if none is stored.
  ///
  /// - Complexity: O(log of the row's length).
  public func weight(row: Int, column: Int) -> Float {
    precondition((0..<columnCount).contains(column), "no column \(column) among \(columnCount)")
    var low = offsets[row]
    var high = offsets[row + 1]
    while low < high {
      let middle = (low + high) / 2
      if Int(columns[middle]) < column { low = middle + 1 } else { high = middle }
    }
    return low < offsets[row + 1] && Int(columns[low]) == column ? weights[low] : 0
  }
}

/// The entries of one row of a ``SparseRows``; the two slices share their indices.
public struct SparseRow: Equatable, Sendable {
  /// The columns, strictly ascending.
  public let columns: ArraySlice<Int32>
  /// The weights, one for each column.
  public let weights: ArraySlice<Float>
}

extension SparseRows {
  /// Appends a row given by its entries; entries whose weight is zero are left out.
  ///
  /// - Precondition: As many columns as weights, the columns strictly ascending and below `columnCount`.
  public mutating func appendRow(columns newColumns: Span<Int32>, weights newWeights: Span<Float>) {
    precondition(
      newColumns.count == newWeights.count,
      "a row of \(newColumns.count) columns has \(newWeights.count) weights")
    var previous: Int32 = -1
    for index in newColumns.indices {
      let column = newColumns[index]
      precondition(
        column > previous && column < columnCount,
        "column \(column) after \(previous) in a row of \(columnCount) columns")
      previous = column
      append(newWeights[index], at: column)
    }
    offsets.append(columns.count)
  }

  /// Appends a row given by all its `columnCount` values, of which the zeros are left out.
  public mutating func appendRow(dense row: Span<Float>) {
    precondition(row.count == columnCount, "a dense row of \(row.count) values for \(columnCount) columns")
    for index in row.indices { append(row[index], at: Int32(index)) }
    offsets.append(columns.count)
  }

  /// Appends rows that have no entries.
  public mutating func appendEmptyRows(_ count: Int) {
    offsets.append(contentsOf: repeatElement(columns.count, count: count))
  }

  /// Makes room for a number of rows and entries, so that appending them does not move what is there.
  public mutating func reserveCapacity(rows: Int, entries: Int) {
    offsets.reserveCapacity(rows + 1)
    columns.reserveCapacity(entries)
    weights.reserveCapacity(entries)
  }

  private mutating func append(_ weight: Float, at column: Int32) {
    guard weight != 0 else { return }
    columns.append(column)
    weights.append(weight)
  }

  /// Returns the rows without the entries for which `isKept(row, column, place)` is false.
  ///
  /// `place` is the entry's place in `columns` and `weights`.
  func filtered(_ isKept: (Int, Int, Int) -> Bool) -> SparseRows {
    var result = SparseRows(columnCount: columnCount)
    result.offsets.reserveCapacity(offsets.count)
    for row in 0..<rowCount {
      for place in offsets[row]..<offsets[row + 1] where isKept(row, Int(columns[place]), place) {
        result.columns.append(columns[place])
        result.weights.append(weights[place])
      }
      result.offsets.append(result.columns.count)
    }
    return result
  }
}
