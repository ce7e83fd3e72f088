import _LinearAlgebraShims

/// A dense row-major matrix of `Float`.
public struct Matrix: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The numbers, row after row.
  public internal(set) var storage: [Float]

  /// Makes a matrix whose every entry is `value`.
  public init(rows: Int, columns: Int, repeating value: Float = 0) {
    self.rows = rows
    self.columns = columns
    storage = Array(unsafeUninitializedCapacity: rows * columns) { buffer, count in
      LargePages.prefer(buffer)
      buffer.initialize(repeating: value)
      count = rows * columns
    }
  }

  /// Makes a matrix from its entries in row-major order.
  public init(rows: Int, columns: Int, storage: [Float]) {
    precondition(storage.count == rows * columns, "[\(rows), \(columns)] from \(storage.count) numbers")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// Puts matrices of one width under each other.
  public init(stacking parts: [Matrix]) {
    let columns = parts.first?.columns ?? 0
    precondition(parts.allSatisfy { $0.columns == columns }, "rows of \(parts.map(\.shape))")
    var storage: [Float] = []
    storage.reserveCapacity(parts.reduce(0) { $0 + $1.storage.count })
    for part in parts { storage += part.storage }
    self.init(rows: parts.reduce(0) { $0 + $1.rows }, columns: columns, storage: storage)
  }

  /// Makes a matrix that `fill` writes completely.
  init(rows: Int, columns: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
    self.init(
      rows: rows, columns: columns,
      storage: Array(unsafeUninitializedCapacity: rows * columns) { buffer, count in
        LargePages.prefer(buffer)
        if let base = buffer.baseAddress { fill(base) }
        count = rows * columns
      })
  }

  /// The entry of `row` and `column`.
  public subscript(row: Int, column: Int) -> Float {
    get {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "[\(row), \(column)] of \(shape)")
      return storage[row * columns + column]
    }
    set {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "[\(row), \(column)] of \(shape)")
      storage[row * columns + column] = newValue
    }
  }

  /// The numbers of one row.
  public subscript(row row: Int) -> ArraySlice<Float> {
    get { storage[row * columns..<(row + 1) * columns] }
    set {
      precondition(newValue.count == columns, "a row of \(newValue.count) in \(shape)")
      storage.replaceSubrange(row * columns..<(row + 1) * columns, with: newValue)
    }
  }

  /// The rows of `range` as a matrix of their own.
  public subscript(rows range: Range<Int>) -> Matrix {
    Matrix(
      rows: range.count, columns: columns,
      storage: Array(storage[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// Returns the columns that `indices` names, in that order.
  public func picking(columns indices: [Int]) -> Matrix {
    Matrix(
      rows: rows, columns: indices.count,
      storage: (0..<rows).flatMap { row in indices.map { self[row, $0] } })
  }

  /// Returns this matrix with the rows of `other` below its own.
  public func appendingRows(of other: Matrix) -> Matrix {
    precondition(columns == other.columns, "rows of \(other.shape) below \(shape)")
    return Matrix(rows: rows + other.rows, columns: columns, storage: storage + other.storage)
  }

  /// Returns the same numbers in rows of another length.
  public func reshaped(columns: Int) -> Matrix {
    precondition(columns > 0 && storage.count % columns == 0, "\(shape) in rows of \(columns)")
    return Matrix(rows: storage.count / columns, columns: columns, storage: storage)
  }

  /// The shape, for messages.
  public var shape: String { "[\(rows), \(columns)]" }

  /// Returns the transposed matrix, each worker writing some of its rows.
  public func transposed(_ workers: Workers = Workers(count: 1)) -> Matrix {
    Matrix(rows: columns, columns: rows) { out in
      storage.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        let chunk = 64
        workers.forEach((columns + chunk - 1) / chunk) { task in
          let first = task * chunk
          la_transpose(
            rows, min(chunk, columns - first), source + first, columns * 4, out + first * rows, rows * 4)
        }
      }
    }
  }

  /// Whether every entry is a number.
  public var isFinite: Bool { storage.allSatisfy(\.isFinite) }
}

extension StoredMatrix {
  /// Stores `matrix` as it is, in memory of its own.
  public init(_ matrix: Matrix) {
    self.init(
      rows: matrix.rows, columns: matrix.columns, format: .f32,
      bytes: matrix.storage.withUnsafeBytes { StoredBytes(copying: $0) })
  }
}
