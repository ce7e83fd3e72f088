import _LinearAlgebraShims

extension Matrix {
  /// Adds `other`, entry by entry.
  public static func += (left: inout Matrix, right: Matrix) {
    precondition(left.rows == right.rows && left.columns == right.columns, "\(left.shape) += \(right.shape)")
    left.update { la_axpy(1, right.storage, $0, right.storage.count) }
  }

  /// Subtracts `other`, entry by entry.
  public static func -= (left: inout Matrix, right: Matrix) {
    precondition(left.rows == right.rows && left.columns == right.columns, "\(left.shape) -= \(right.shape)")
    left.update { la_axpy(-1, right.storage, $0, right.storage.count) }
  }

  /// Returns the sum, entry by entry.
  public static func + (left: Matrix, right: Matrix) -> Matrix {
    var sum = left
    sum += right
    return sum
  }

  /// Returns the difference, entry by entry.
  public static func - (left: Matrix, right: Matrix) -> Matrix {
    var difference = left
    difference -= right
    return difference
  }

  /// Adds `vector` (`columns` numbers) to every row.
  public mutating func add(toEveryRow vector: [Float]) {
    precondition(vector.count == columns, "a vector of \(vector.count) to rows of \(shape)")
    let (rows, columns) = (rows, columns)
    update { base in for row in 0..<rows { la_axpy(1, vector, base + row * columns, columns) } }
  }

  /// Adds `scale · vector` to one row.
  public mutating func add(_ vector: some Collection<Float>, scaledBy scale: Float = 1, toRow row: Int) {
    precondition(vector.count == columns, "a vector of \(vector.count) to a row of \(shape)")
    for (column, value) in vector.enumerated() { storage[row * columns + column] += scale * value }
  }

  /// Multiplies every entry by `factor`.
  public mutating func scale(by factor: Float) {
    let count = storage.count
    update { la_scale(factor, $0, count) }
  }

  /// Multiplies row r by `factors[r]`.
  public mutating func scaleRows(by factors: [Float]) {
    precondition(factors.count == rows, "\(factors.count) factors for the rows of \(shape)")
    let columns = columns
    update { base in
      for (row, factor) in factors.enumerated() { la_scale(factor, base + row * columns, columns) }
    }
  }

  /// Multiplies column c by `factors[c]`.
  public mutating func scaleColumns(by factors: [Float]) {
    precondition(factors.count == columns, "\(factors.count) factors for the columns of \(shape)")
    let (rows, columns) = (rows, columns)
    update { base in for row in 0..<rows { la_multiply(factors, base + row * columns, columns) } }
  }

  /// Subtracts from every row r its part along the row n of `directions` as if ‖n‖² were the width: (⟨r, n⟩ / width) · n.
  public mutating func subtractProjections(on directions: Matrix) {
    precondition(rows == directions.rows && columns == directions.columns, "\(shape) on \(directions.shape)")
    let (rows, columns) = (rows, columns)
    update { base in
      directions.storage.withUnsafeBufferPointer { directions in
        guard let directions = directions.baseAddress else { return }
        for start in stride(from: 0, to: rows * columns, by: columns) {
          let share = la_dot(base + start, directions + start, columns) / Float(columns)
          la_axpy(-share, directions + start, base + start, columns)
        }
      }
    }
  }

  /// Subtracts from every row its mean.
  public mutating func centerRows() {
    let (rows, columns) = (rows, columns)
    update { base in
      for row in 0..<rows {
        let line = base + row * columns
        var sum = 0.0
        for column in 0..<columns { sum += Double(line[column]) }
        let mean = Float(sum / Double(columns))
        for column in 0..<columns { line[column] -= mean }
      }
    }
  }

  /// Returns √(mean of squares + epsilon) of every row: the denominator of a norm.
  public func rootMeanSquares(epsilon: Float) -> [Float] {
    let columns = columns
    return storage.withUnsafeBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return Array(repeating: epsilon.squareRoot(), count: rows) }
      return (0..<rows).map { row in
        let squares = la_sum_squares(base + row * columns, columns)
        return (Float(squares / Double(columns)) + epsilon).squareRoot()
      }
    }
  }

  /// Replaces every entry x by `cap · tanh(x / cap)`.
  public mutating func softCap(_ cap: Float) {
    let count = storage.count
    update { la_soft_cap(cap, $0, count) }
  }

  /// Returns `act(gate) · up`, entry by entry.
  public static func gated(_ activation: ElementwiseActivation, gate: Matrix, up: Matrix?) -> Matrix {
    precondition(up.map { $0.rows == gate.rows && $0.columns == gate.columns } ?? true, "gate \(gate.shape)")
    return Matrix(rows: gate.rows, columns: gate.columns) { out in
      la_gate(activation.rawValue, gate.storage, up?.storage, out, gate.storage.count)
    }
  }

  /// Multiplies every entry by the one of `factors` in the same place.
  public mutating func multiply(by factors: Matrix) {
    precondition(rows == factors.rows && columns == factors.columns, "\(shape) by \(factors.shape)")
    let count = storage.count
    update { la_multiply(factors.storage, $0, count) }
  }

  /// Returns f(x) for every entry x.
  public func map(_ transform: (Float) -> Float) -> Matrix {
    Matrix(rows: rows, columns: columns, storage: storage.map(transform))
  }

  /// Calls `body` with the first entry's address.
  mutating func update(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    storage.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
  }
}

/// The nonlinearity of an MLP.
public enum ElementwiseActivation: Int32, Sendable {
  case silu = 0
  case geluTanh = 1
  case gelu = 2
  case relu = 3

  /// Returns φ(x) / x, continued to x = 0.
  public func ratio(_ x: Float) -> Float {
    if self == .relu { return x > 0 ? 1 : 0 }
    return abs(x) < 1e-6 ? 0.5 : value(x) / x
  }

  /// Returns φ(x).
  public func value(_ x: Float) -> Float {
    var result: Float = 0
    withUnsafePointer(to: x) { la_gate(rawValue, $0, nil, &result, 1) }
    return result
  }
}

/// Returns Σ a[i] · b[i].
public func dot(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
  precondition(a.count == b.count, "\(a.count) · \(b.count)")
  return a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
      return la_dot(x, y, a.count)
    }
  }
}
