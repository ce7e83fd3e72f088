extension Matrix {
  /// Returns, for each row, the columns of its `count` largest entries, the largest first; equal ones in order.
  public func largestColumns(_ count: Int) -> [[Int]] {
    (0..<rows).map { row in
      let line = self[row: row]
      var best: [(column: Int, value: Float)] = []
      var bar = -Float.infinity
      for (column, value) in line.enumerated() where value > bar || best.count < count {
        let place = best.firstIndex { $0.value < value } ?? best.count
        best.insert((column, value), at: place)
        if best.count > count { best.removeLast() }
        if best.count == count { bar = best.last?.value ?? bar }
      }
      return best.map(\.column)
    }
  }

  /// Returns, for each row, the columns of its `count` smallest entries, the smallest first; equal ones in order.
  public func smallestColumns(_ count: Int) -> [[Int]] { map { -$0 }.largestColumns(count) }
}
