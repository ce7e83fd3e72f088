extension Matrix {
  /// Returns, for each row, the columns of its `count` largest entries, the largest first; equal ones in order.
  public func largestColumns(_ count: Int) -> [[Int]] { ends(count, sign: 1) }

  /// Returns, for each row, the columns of its `count` smallest entries, the smallest first; equal ones in order.
  public func smallestColumns(_ count: Int) -> [[Int]] { ends(count, sign: -1) }

  private func ends(_ count: Int, sign: Float) -> [[Int]] {
    storage.withUnsafeBufferPointer { entries in
      (0..<rows).map { row in
        var best = LargestEntries(count: count)
        let line = UnsafeBufferPointer(rebasing: entries[(row * columns)..<((row + 1) * columns)])
        best.scan(line, sign: sign)
        return best.columns
      }
    }
  }
}

/// The largest entries seen so far: one read of the row at vector speed, as hardly any stretch of it holds a candidate.
private struct LargestEntries {
  let count: Int
  private var best: [(column: Int, value: Float)] = []
  private var bar = -Float.infinity

  init(count: Int) { self.count = count }

  var columns: [Int] { best.map(\.column) }

  mutating func scan(_ line: UnsafeBufferPointer<Float>, sign: Float) {
    guard count > 0 else { return }
    let stretch = 256
    for start in stride(from: 0, to: line.count, by: stretch) {
      let end = min(start + stretch, line.count)
      guard best.count < count || end - start < stretch || reachesBar(line, from: start, stretch, sign)
      else { continue }
      for column in start..<end { take(column, sign * line[column]) }
    }
  }

  private func reachesBar(
    _ line: UnsafeBufferPointer<Float>, from start: Int, _ stretch: Int, _ sign: Float
  ) -> Bool {
    let lanes = SIMD16<Float>.scalarCount
    var largest = SIMD16<Float>(repeating: -.infinity)
    let base = UnsafeRawPointer(line.baseAddress.unsafelyUnwrapped + start)
    for place in stride(from: 0, to: stretch, by: lanes) {
      let offset = place * MemoryLayout<Float>.stride
      let values = sign * base.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      largest.replace(with: values, where: values .> largest)
    }
    return any(largest .> SIMD16(repeating: bar))
  }

  private mutating func take(_ column: Int, _ value: Float) {
    guard value > bar || best.count < count else { return }
    let place = best.firstIndex { $0.value < value } ?? best.count
    best.insert((column, value), at: place)
    if best.count > count { best.removeLast() }
    if best.count == count { bar = best[count - 1].value }
  }
}
