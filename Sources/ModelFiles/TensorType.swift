public import LinearAlgebra

/// What the elements of a stored tensor are.
public enum TensorType: Equatable, Sendable {
  /// Numbers that are widened to `Float` where they are used; possibly quantised in blocks.
  case float(ElementFormat)
  /// Double precision; rounded to `Float` when it is read.
  case float64
  /// Whole numbers.
  case integer(IntegerFormat)

  /// The type's name as safetensors and GGUF write it, such as `BF16` or `Q4_K`.
  public var name: String {
    switch self {
    case .float(let format): format.rawValue
    case .float64: "F64"
    case .integer(let format): format.rawValue
    }
  }

  /// Elements that share one block; a row's length is a multiple of it.
  var blockLength: Int {
    if case .float(let format) = self { format.blockLength } else { 1 }
  }

  /// Bytes of one block.
  var bytesPerBlock: Int {
    switch self {
    case .float(let format): format.bytesPerBlock
    case .float64: 8
    case .integer(let format): format.byteWidth
    }
  }

  /// Returns the bytes that a tensor of `shape` takes.
  ///
  /// Nil when a dimension is negative, a row does not fill whole blocks, or the size overflows (dimensions of
  /// 0 are counted as 1 for that, so that every product of dimensions is known to fit).
  func byteCount(shape: [Int]) -> Int? {
    guard shape.allSatisfy({ $0 >= 0 }), (shape.last ?? 1) % blockLength == 0 else { return nil }
    var bytes = bytesPerBlock
    for (axis, length) in shape.enumerated() {
      let units = axis == shape.count - 1 ? length / blockLength : length
      let (product, overflow) = bytes.multipliedReportingOverflow(by: max(units, 1))
      if overflow || product.multipliedReportingOverflow(by: blockLength).overflow { return nil }
      bytes = product
    }
    return shape.contains(0) ? 0 : bytes
  }
}

/// How whole numbers are stored; little endian.
public enum IntegerFormat: String, Sendable, CaseIterable {
  case i8 = "I8"
  case i16 = "I16"
  case i32 = "I32"
  case i64 = "I64"
  case u8 = "U8"
  case u16 = "U16"
  case u32 = "U32"
  case u64 = "U64"
  case bool = "BOOL"

  /// Bytes of one element.
  public var byteWidth: Int {
    switch self {
    case .i8, .u8, .bool: 1
    case .i16, .u16: 2
    case .i32, .u32: 4
    case .i64, .u64: 8
    }
  }
}
