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

  /// Wraps `rows` × `columns` numbers; `bytes` must hold exactly that many in `format`.
  public init(rows: Int, columns: Int, format: ElementFormat, bytes: StoredBytes) {
    let rowBytes = StoredMatrix.rowBytes(columns, format)
    precondition(
      rowBytes * rows == bytes.count, "[\(rows), \(columns)] \(format.rawValue) in \(bytes.count) bytes")
    self.init(rows: rows, columns: columns, format: format, bytes: bytes, rowStride: rowBytes)
  }

  private init(rows: Int, columns: Int, format: ElementFormat, bytes: StoredBytes, rowStride: Int) {
    self.rows = rows
    self.columns = columns
    self.format = format
    self.bytes = bytes
    self.rowStride = rowStride
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
    let start = min(first * rowStride, bytes.count)
    return StoredMatrix(
      rows: rows / stride, columns: columns, format: format, bytes: bytes[start..<bytes.count],
      rowStride: rowStride * stride)
  }

  /// Returns a copy whose row r is row `order[r]` of this one.
  public func reorderingRows(_ order: [Int]) -> StoredMatrix {
    let rowBytes = StoredMatrix.rowBytes(columns, format)
    var copy = [UInt8]()
    copy.reserveCapacity(order.count * rowBytes)
    for row in order {
      bytes[row * rowStride..<row * rowStride + rowBytes].withUnsafeBytes { copy.append(contentsOf: $0) }
    }
    return StoredMatrix(
      rows: order.count, columns: columns, format: format, bytes: StoredBytes(copying: copy))
  }

  /// Returns a copy, in the same format, whose rows are the columns of this one; a quantised one becomes F32.
  public func transposed() -> StoredMatrix {
    guard format.blockLength == 1 else { return StoredMatrix(widened().transposed()) }
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
    if rowStride == StoredMatrix.rowBytes(columns, format) {
      format.widen(bytes.base + range.lowerBound * rowStride, count: range.count * columns, to: out)
    } else {
      for row in range {
        format.widen(
          bytes.base + row * rowStride, count: columns, to: out + (row - range.lowerBound) * columns)
      }
    }
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
