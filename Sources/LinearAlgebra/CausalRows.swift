import _LinearAlgebraShims

/// Gradients of many targets at once: for each target, a row of numbers for every position of its causal cone.
///
/// A target at position p has rows for the positions 1…p: nothing after p can reach it, and at position 0 only the
/// token counts, which `pull(through:)` returns apart. Rows lie position by position and, within a position, in the
/// order of the targets. Targets *join* in that order (those of the highest layer first) and are zero before:
/// so the live rows of a position are the first ones of its block, and one matrix product serves them all.
public struct CausalRows: ~Copyable, Sendable {
  /// The width of a row, dModel.
  public let width: Int
  /// The last position of each target.
  public private(set) var lastPositions: [Int] = []
  /// How many targets have joined.
  public private(set) var joined = 0

  /// The rows, `[rowCount, width]`.
  var values: [Float] = []
  /// Gradients at the heads' outputs and at the values: what `pull(through:)` needs on its way.
  var headGradients: [Float] = []
  var valueGradients: [Float] = []

  /// The first row of each position's block, and one past the last; position 0 has none.
  private(set) var blockStarts: [Int] = [0, 0]
  /// The target of each row.
  private(set) var targetOfRow: [Int32] = []
  /// `rowTable[tableStarts[t] + q]` is the row of target t at position q.
  private(set) var rowTable: [Int32] = []
  private(set) var tableStarts: [Int] = []
  /// How many of the joined targets have a row at each position.
  private(set) var liveCounts: [Int] = []

  /// Makes an empty set of rows of `width` numbers.
  public init(width: Int) { self.width = width }

  /// The number of rows.
  public var rowCount: Int { targetOfRow.count }

  /// Starts anew with targets at these positions, none joined, keeping the memory of the last start.
  public mutating func begin(lastPositions: [Int]) {
    self.lastPositions = lastPositions
    joined = 0
    layOut()
    let count = rowCount * width
    if values.count >= count {
      values.withUnsafeMutableBufferPointer { $0[0..<count].update(repeating: 0) }
    } else {
      values = Array(repeating: 0, count: count)
    }
  }

  private mutating func layOut() {
    let positions = (lastPositions.max() ?? 0) + 1
    var starts = [Int](repeating: 0, count: positions + 1)
    for last in lastPositions { for q in stride(from: 1, through: last, by: 1) { starts[q + 1] += 1 } }
    for q in 1..<max(positions + 1, 1) { starts[q] += starts[q - 1] }
    blockStarts = starts
    liveCounts = Array(repeating: 0, count: positions)
    targetOfRow = Array(repeating: 0, count: starts[positions])
    rowTable = []
    rowTable.reserveCapacity(starts[positions] + lastPositions.count)
    tableStarts = []
    var next = starts
    for (target, last) in lastPositions.enumerated() {
      tableStarts.append(rowTable.count)
      rowTable.append(0)
      for q in stride(from: 1, through: last, by: 1) {
        rowTable.append(Int32(next[q]))
        targetOfRow[next[q]] = Int32(target)
        next[q] += 1
      }
    }
  }

  /// Lets the next targets join, each with its read direction at its last position.
  ///
  /// - Parameter directions: `[targets that join, width]`; a target at position 0 keeps no row.
  public mutating func join(_ directions: Matrix) {
    precondition(directions.columns == width, "directions \(directions.shape) into rows of \(width)")
    precondition(joined + directions.rows <= lastPositions.count, "more targets join than there are")
    for index in 0..<directions.rows {
      let last = lastPositions[joined]
      if last > 0 {
        let row = Int(rowTable[tableStarts[joined] + last])
        values.replaceSubrange(row * width..<(row + 1) * width, with: directions[row: index])
      }
      for q in stride(from: 1, through: last, by: 1) { liveCounts[q] += 1 }
      joined += 1
    }
  }

  /// The gradient of a target at a position: `width` numbers.
  public func row(target: Int, position: Int) -> ArraySlice<Float> {
    precondition(
      position >= 1 && position <= lastPositions[target], "position \(position) of target \(target)")
    let row = Int(rowTable[tableStarts[target] + position])
    return values[row * width..<(row + 1) * width]
  }

  /// All rows, `[rowCount, width]`.
  public var allRows: Matrix {
    Matrix(rows: rowCount, columns: width, storage: Array(values[..<(rowCount * width)]))
  }

  /// The position of each row.
  public var positionOfRow: [Int] {
    (1..<max(blockStarts.count - 1, 1)).flatMap { q in
      Array(repeating: q, count: blockStarts[q + 1] - blockStarts[q])
    }
  }

  /// The target of each row.
  public var targetsOfRows: [Int] { targetOfRow.map { Int($0) } }

  /// Adds to every row the row of `delta` in the same place.
  public mutating func add(_ delta: Matrix) {
    precondition(
      delta.rows == rowCount && delta.columns == width, "\(delta.shape) to \(rowCount) rows of \(width)")
    values.withUnsafeMutableBufferPointer {
      if let base = $0.baseAddress { la_axpy(1, delta.storage, base, delta.storage.count) }
    }
  }

  /// The live rows as runs of at most `limit` rows, merged across positions where they touch.
  func liveRuns(limit: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for q in stride(from: 1, to: liveCounts.count, by: 1) where liveCounts[q] > 0 {
      let block = blockStarts[q]..<blockStarts[q] + liveCounts[q]
      if let last = runs.last, last.upperBound == block.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<block.upperBound
      } else {
        runs.append(block)
      }
    }
    return runs.flatMap { CausalRows.cut($0, limit: limit) }
  }

  /// The live rows of one position as runs of at most `limit` rows.
  func liveRuns(position: Int, limit: Int) -> [Range<Int>] {
    guard position < liveCounts.count else { return [] }
    return CausalRows.cut(blockStarts[position]..<blockStarts[position] + liveCounts[position], limit: limit)
  }

  private static func cut(_ range: Range<Int>, limit: Int) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: limit).map {
      $0..<min($0 + limit, range.upperBound)
    }
  }
}
