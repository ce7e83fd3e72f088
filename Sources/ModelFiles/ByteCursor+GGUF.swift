extension ByteCursor {
  /// Arrays within arrays that are followed, at most.
  private static let deepest = 8

  /// Reads a text: its length and its UTF-8 bytes.
  mutating func ggufText(of what: String) throws(ModelFileError) -> String {
    try text(try count(of: what, size: 1), of: what)
  }

  /// Reads a metadata value of the type that GGUF numbers `type`.
  mutating func ggufValue(type: UInt32, depth: Int = 0) throws(ModelFileError) -> GGUFValue {
    let what = "a metadata value"
    switch type {
    case 6: return .float(Double(Float(bitPattern: try integer(UInt32.self, of: what))))
    case 7: return .bool(try bool())
    case 8: return .string(try ggufText(of: what))
    case 9: return try ggufArray(depth: depth)
    case 12: return .float(Double(bitPattern: try integer(UInt64.self, of: what)))
    default: return .integer(try ggufInteger(type: type))
    }
  }

  /// Reads an array: the type of its elements, their number, the elements.
  private mutating func ggufArray(depth: Int) throws(ModelFileError) -> GGUFValue {
    guard depth < Self.deepest else { throw malformed("its metadata nests more than \(Self.deepest) arrays") }
    let type = try integer(UInt32.self, of: "a metadata array")
    switch type {
    case 6: return .floats(try floats(UInt32.self) { Double(Float(bitPattern: $0)) })
    case 7: return .bools(try elements(size: 1) { (cursor) throws(ModelFileError) in try cursor.bool() })
    case 8:
      return .strings(
        try elements(size: 8) { (cursor) throws(ModelFileError) in try cursor.ggufText(of: "a metadata text")
        })
    case 9:
      return .arrays(
        try elements(size: 12) { (cursor) throws(ModelFileError) in try cursor.ggufArray(depth: depth + 1) })
    case 12: return .floats(try floats(UInt64.self) { Double(bitPattern: $0) })
    default:
      let width = try Self.integerWidth(type, of: self)
      return .integers(
        try elements(size: width) { (cursor) throws(ModelFileError) in try cursor.ggufInteger(type: type) })
    }
  }

  /// Reads a number of elements of at least `size` bytes each, and then the elements.
  private mutating func elements<T>(
    size: Int, _ element: (inout ByteCursor) throws(ModelFileError) -> T
  ) throws(ModelFileError) -> [T] {
    let count = try count(of: "metadata elements", size: size)
    var elements: [T] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try element(&self)) }
    return elements
  }

  private mutating func floats<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ bits: Bits.Type, _ value: (Bits) -> Double
  ) throws(ModelFileError) -> [Double] {
    try elements(size: MemoryLayout<Bits>.size) { (cursor) throws(ModelFileError) in
      value(try cursor.integer(bits, of: "a metadata array"))
    }
  }

  private mutating func bool() throws(ModelFileError) -> Bool {
    let byte = try integer(UInt8.self, of: "a metadata value")
    guard byte <= 1 else { throw malformed("a boolean of its metadata is \(byte)") }
    return byte == 1
  }

  /// Reads a whole number of the type that GGUF numbers `type`.
  private mutating func ggufInteger(type: UInt32) throws(ModelFileError) -> Int {
    let what = "a metadata value"
    switch type {
    case 0: return Int(try integer(UInt8.self, of: what))
    case 1: return Int(try integer(Int8.self, of: what))
    case 2: return Int(try integer(UInt16.self, of: what))
    case 3: return Int(try integer(Int16.self, of: what))
    case 4: return Int(try integer(UInt32.self, of: what))
    case 5: return Int(try integer(Int32.self, of: what))
    case 10:
      let value = try integer(UInt64.self, of: what)
      guard let value = Int(exactly: value) else {
        throw malformed("a metadata value is \(value), above 2^63 - 1")
      }
      return value
    case 11: return Int(try integer(Int64.self, of: what))
    default: throw malformed("its metadata has a value of unknown type \(type)")
    }
  }

  private static func integerWidth(_ type: UInt32, of cursor: ByteCursor) throws(ModelFileError) -> Int {
    switch type {
    case 0, 1: 1
    case 2, 3: 2
    case 4, 5: 4
    case 10, 11: 8
    default: throw cursor.malformed("its metadata has an array of unknown type \(type)")
    }
  }
}
