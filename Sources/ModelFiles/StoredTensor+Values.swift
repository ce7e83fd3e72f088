import LinearAlgebra

extension StoredTensor {
  /// Returns all elements, row after row, widened (or, for F64, rounded) to `Float`.
  ///
  /// Throws when the tensor holds whole numbers.
  public func floats() throws(ModelFileError) -> [Float] {
    switch type {
    case .float(let format):
      StoredMatrix(rows: 1, columns: count, format: format, bytes: bytes).floats()
    case .float64:
      elements(of: UInt64.self).map { Float(Double(bitPattern: $0)) }
    case .integer:
      throw mismatch("floats")
    }
  }

  /// Returns all elements, row after row; booleans as 0 and 1.
  ///
  /// Throws when the tensor holds floats, or a U64 of 2⁶³ or more.
  public func integers() throws(ModelFileError) -> [Int] {
    guard case .integer(let format) = type else { throw mismatch("whole numbers") }
    switch format {
    case .i8: return elements(of: Int8.self).map { Int($0) }
    case .i16: return elements(of: Int16.self).map { Int($0) }
    case .i32: return elements(of: Int32.self).map { Int($0) }
    case .i64: return elements(of: Int64.self).map { Int($0) }
    case .u8: return elements(of: UInt8.self).map { Int($0) }
    case .bool: return elements(of: UInt8.self).map { $0 == 0 ? 0 : 1 }
    case .u16: return elements(of: UInt16.self).map { Int($0) }
    case .u32: return elements(of: UInt32.self).map { Int($0) }
    case .u64:
      let values = elements(of: UInt64.self)
      guard values.allSatisfy({ $0 <= UInt64(Int.max) }) else { throw mismatch("whole numbers below 2^63") }
      return values.map { Int($0) }
    }
  }

  /// Returns the elements as little-endian integers; the bytes may lie at any address.
  private func elements<T: FixedWidthInteger & BitwiseCopyable>(of type: T.Type) -> [T] {
    unsafe bytes.withUnsafeBytes { buffer in
      let width = MemoryLayout<T>.size
      return (0..<buffer.count / width).map { index in
        T(littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: index * width, as: T.self))
      }
    }
  }
}
