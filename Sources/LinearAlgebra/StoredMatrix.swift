import _LinearAlgebraShims

/// A row-major matrix whose numbers stay in the format and place in which they are stored.
///
/// Rows are widened to `Float` block by block where they are used, so that a model's weights exist once.
public struct StoredMatrix: Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns; a multiple of the format's block length.
  public let columns: Int
  /// How the numbers are laid out.
  public let format: ElementFormat
  /// The rows, one after the other.
  public let bytes: StoredBytes
  /// Bytes from the start of one row to the start of the next.
  let rowStride: Int
  /// Where each row lies among the stored ones, -1 for a row of zeros that is not stored; nil when every row is stored.
  private let places: [Int32]?
  /// The rows as products want them, where that was done once (``laidOut(_:)``).
  var rowsLaidOut: LaidOutRows?

  /// Wraps `rows` × `columns` numbers; `bytes` must hold exactly that many in `format`.
  public init(rows: Int, columns: Int, format: ElementFormat, bytes: StoredBytes) {
    let rowBytes = StoredMatrix.rowBytes(columns, format)
    precondition(
      rowBytes * rows == bytes.count, "[\(rows), \(columns)] \(format.rawValue) in \(bytes.count) bytes")
    self.init(rows: rows, columns: columns, format: format, bytes: bytes, rowStride: rowBytes)
  }

  /// Makes a matrix of `rows` rows of which only some are stored; the others are zero.
  ///
  /// - Parameters:
  ///   - stored: The stored rows, `[present.count, columns]`.
  ///   - present: Which row of the new matrix each is; rising.
  public init(rows: Int, stored: StoredMatrix, present: [Int]) {
    precondition(
      stored.rows == present.count && zip(present, present.dropFirst()).allSatisfy { $0 < $1 }
        && present.first ?? 0 >= 0 && present.last ?? -1 < rows && stored.places == nil,
      "\(present.count) rows of \(rows), \(stored.rows) of them stored")
    var places = [Int32](repeating: -1, count: rows)
    for (place, row) in present.enumerated() { places[row] = Int32(place) }
    self.init(
      rows: rows, columns: stored.columns, format: stored.format, bytes: stored.bytes,
      rowStride: stored.rowStride, places: places)
  }

  private init(
    rows: Int, columns: Int, format: ElementFormat, bytes: StoredBytes, rowStride: Int,
    places: [Int32]? = nil
  ) {
    self.rows = rows
    self.columns = columns
    self.format = format
    self.bytes = bytes
    self.rowStride = rowStride
    self.places = places
  }

  /// Whether every row is stored, `rowStride` bytes behind the one before.
  var isDense: Bool { places == nil }

  /// Returns a matrix of rows at `places` among the stored ones, sharing the bytes.
  private func rows(at places: [Int32]) -> StoredMatrix {
    StoredMatrix(
      rows: places.count, columns: columns, format: format, bytes: bytes, rowStride: rowStride, places: places
    )
  }

  private static func rowBytes(_ columns: Int, _ format: ElementFormat) -> Int {
    guard let count = format.byteCount(elements: columns) else {
      preconditionFailure("\(columns) columns do not fill whole \(format.rawValue) blocks")
    }
    return count
  }

  /// Returns `range` of the rows, sharing the bytes.
  public subscript(rows range: Range<Int>) -> StoredMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    if let places { return self.rows(at: Array(places[range])) }
    guard !range.isEmpty else {
      return StoredMatrix(
        rows: 0, columns: columns, format: format, bytes: bytes[0..<0], rowStride: rowStride)
    }
    let end = (range.upperBound - 1) * rowStride + StoredMatrix.rowBytes(columns, format)
    return StoredMatrix(
      rows: range.count, columns: columns, format: format, bytes: bytes[range.lowerBound * rowStride..<end],
      rowStride: rowStride)
  }

  /// Returns every `stride`-th row from `first` on, sharing the bytes.
  public func everyRow(from first: Int, by stride: Int) -> StoredMatrix {
    precondition(
      first >= 0 && stride > first && rows % stride == 0, "every \(stride)th row from \(first) of \(rows)")
    if let places {
      return self.rows(at: Swift.stride(from: first, to: rows, by: stride).map { places[$0] })
    }
    let start = min(first * rowStride, bytes.count)
    return StoredMatrix(
      rows: rows / stride, columns: columns, format: format, bytes: bytes[start..<bytes.count],
      rowStride: rowStride * stride)
  }

  /// Returns a matrix whose row r is row `order[r]` of this one: a copy when every row is stored.
  public func reorderingRows(_ order: [Int]) -> StoredMatrix {
    if let places { return rows(at: order.map { places[$0] }) }
    let rowBytes = StoredMatrix.rowBytes(columns, format)
    var copy = [UInt8]()
    copy.reserveCapacity(order.count * rowBytes)
    for row in order {
      bytes[row * rowStride..<row * rowStride + rowBytes].withUnsafeBytes { copy.append(contentsOf: $0) }
    }
    return StoredMatrix(
      rows: order.count, columns: columns, format: format, bytes: StoredBytes(copying: copy))
  }

  /// Returns a copy, in the same format, whose rows are the columns of this one; a quantised
  /// one, or one with rows that are not stored, becomes F32.
  public func transposed() -> StoredMatrix {
    guard format.blockLength == 1, isDense else { return StoredMatrix(widened().transposed()) }
    let (rows, columns, width, stride) = (rows, columns, format.bytesPerBlock, rowStride)
    let copy = [UInt8](unsafeUninitializedCapacity: rows * columns * width) { out, count in
      guard let out = UnsafeMutableRawPointer(out.baseAddress) else { return }
      for row in 0..<rows {
        for column in 0..<columns {
          (out + (column * rows + row) * width).copyMemory(
            from: bytes.base + row * stride + column * width, byteCount: width)
        }
      }
      count = rows * columns * width
    }
    return StoredMatrix(rows: columns, columns: rows, format: format, bytes: StoredBytes(copying: copy))
  }

  /// Gives the memory of numbers mapped from a file back until they are next used (`StoredBytes.releasePages`).
  public func releasePages() { bytes.releasePages() }

  /// Writes the numbers of `range` of the rows, widened, to `out` (`range.count * columns` floats).
  func widen(rows range: Range<Int>, to out: UnsafeMutablePointer<Float>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    if let places {
      for (index, row) in range.enumerated() {
        widen(place: Int(places[row]), to: out + index * columns)
      }
    } else if rowStride == StoredMatrix.rowBytes(columns, format) {
      format.widen(bytes.base + range.lowerBound * rowStride, count: range.count * columns, to: out)
    } else {
      for (index, row) in range.enumerated() { widen(place: row, to: out + index * columns) }
    }
  }

  /// Writes the stored row at `place`, or zeros for a place below 0.
  private func widen(place: Int, to out: UnsafeMutablePointer<Float>) {
    guard place >= 0 else { return out.update(repeating: 0, count: columns) }
    format.widen(bytes.base + place * rowStride, count: columns, to: out)
  }
}

extension ElementFormat {
  /// Widens `count` elements (whole blocks) at `source` into `out`.
  func widen(_ source: UnsafeRawPointer, count: Int, to out: UnsafeMutablePointer<Float>) {
    switch self {
    case .f32: UnsafeMutableRawPointer(out).copyMemory(from: source, byteCount: count * 4)
    case .f16: la_widen_f16(source, out, count)
    case .bf16: la_widen_bf16(source, out, count)
    case .q4_0: la_widen_q4_0(source, out, count)
    case .q4_1: la_widen_q4_1(source, out, count)
    case .q5_0: la_widen_q5_0(source, out, count)
    case .q5_1: la_widen_q5_1(source, out, count)
    case .q8_0: la_widen_q8_0(source, out, count)
    case .q4_K: la_widen_q4_K(source, out, count)
    case .q5_K: la_widen_q5_K(source, out, count)
    case .q6_K: la_widen_q6_K(source, out, count)
    }
  }
}
