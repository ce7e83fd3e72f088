import _LinearAlgebraShims

/// A symmetric positive definite matrix factored as L · Lᵀ, to solve many systems with it.
///
/// Blocked, right-looking (Golub and Van Loan, §4.2): 1. factor a diagonal block; 2. solve the rows below it; 3. subtract
/// their product from what remains, which is nearly all of the work and runs on the matrix product.
public struct Cholesky: Sendable {
  private var factor: Matrix
  private static let block = 96

  /// Factors `matrix`, of which only the lower half is read; nil when it is not positive definite.
  public init?(_ matrix: Matrix, _ workers: Workers) {
    precondition(matrix.rows == matrix.columns, "the factors of \(matrix.shape)")
    factor = matrix
    let n = matrix.rows
    var isDefinite = true
    factor.update { a in
      for start in stride(from: 0, to: n, by: Cholesky.block) where isDefinite {
        let end = min(n, start + Cholesky.block)
        isDefinite = Cholesky.factorBlock(a, n, start, end)
        guard isDefinite, end < n else { continue }
        Cholesky.solveBelow(a, n, start, end, workers)
        Cholesky.subtract(a, n, start, end, workers)
      }
    }
    guard isDefinite else { return nil }
  }

  private static func factorBlock(_ a: UnsafeMutablePointer<Float>, _ n: Int, _ start: Int, _ end: Int)
    -> Bool
  {
    for row in start..<end {
      for column in start...row {
        let sum = a[row * n + column] - la_dot(a + row * n + start, a + column * n + start, column - start)
        if row == column {
          guard sum > 0 else { return false }
          a[row * n + column] = sum.squareRoot()
        } else {
          a[row * n + column] = sum / a[column * n + column]
        }
      }
    }
    return true
  }

  private static func solveBelow(
    _ a: UnsafeMutablePointer<Float>, _ n: Int, _ start: Int, _ end: Int, _ workers: Workers
  ) {
    workers.forEach((n - end + block - 1) / block) { task in
      for row in end + task * block..<min(n, end + (task + 1) * block) {
        for column in start..<end {
          let sum = a[row * n + column] - la_dot(a + row * n + start, a + column * n + start, column - start)
          a[row * n + column] = sum / a[column * n + column]
        }
      }
    }
  }

  private static func subtract(
    _ a: UnsafeMutablePointer<Float>, _ n: Int, _ start: Int, _ end: Int, _ workers: Workers
  ) {
    // Strips of columns: each packs its own part of the panel, and needs only the rows from itself down.
    let strip = 192
    workers.forEach((n - end + strip - 1) / strip) { task in
      let first = end + task * strip
      let width = min(strip, n - first)
      RightSide(a + first * n + start, stride: n, n: width, k: end - start, transposed: true).multiply(
        m: n - first, alpha: -1, a + first * n + start, stride: n, beta: 1, a + first * n + first, stride: n)
    }
  }

  /// Returns X with A · X = `right`, `[n, columns]`.
  public func solving(_ right: Matrix, _ workers: Workers) -> Matrix {
    precondition(right.rows == factor.rows, "\(factor.shape) · X = \(right.shape)")
    // Columns are independent: each worker takes some of them as rows.
    var columns = right.transposed()
    let (n, count, group) = (factor.rows, right.columns, 48)
    factor.storage.withUnsafeBufferPointer { l in
      guard let l = l.baseAddress else { return }
      columns.update { x in
        workers.forEach((count + group - 1) / group, scratch: Cholesky.block * n) { task, scratch in
          let range = task * group..<min(count, (task + 1) * group)
          Cholesky.forward(l, n, x + range.lowerBound * n, range.count)
          Cholesky.backward(l, n, x + range.lowerBound * n, range.count, scratch)
        }
      }
    }
    return columns.transposed()
  }

  /// In place, for rows x: L · y = x.
  private static func forward(
    _ l: UnsafePointer<Float>, _ n: Int, _ x: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for start in stride(from: 0, to: n, by: block) {
      let end = min(n, start + block)
      for vector in 0..<count {
        let y = x + vector * n
        for row in start..<end {
          y[row] = (y[row] - la_dot(l + row * n + start, y + start, row - start)) / l[row * n + row]
        }
      }
      guard end < n else { continue }
      RightSide(l + end * n + start, stride: n, n: n - end, k: end - start, transposed: true).multiply(
        m: count, alpha: -1, x + start, stride: n, beta: 1, x + end, stride: n)
    }
  }

  /// In place, for rows y: Lᵀ · x = y.
  private static func backward(
    _ l: UnsafePointer<Float>, _ n: Int, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    for start in stride(from: 0, to: n, by: block).reversed() {
      let end = min(n, start + block)
      for vector in 0..<count {
        let x = y + vector * n
        for row in (start..<end).reversed() {
          x[row] /= l[row * n + row]
          la_axpy(-x[row], l + row * n + start, x + start, row - start)
        }
      }
      guard start > 0 else { continue }
      RightSide(l + start * n, stride: n, n: start, k: end - start, transposed: false).multiply(
        m: count, alpha: -1, y + start, stride: n, beta: 1, y, stride: n)
    }
  }
}
