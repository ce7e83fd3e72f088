import LinearAlgebra

/// What the head of a safetensors file declares.
///
/// The file is: the header's length (U64, little endian), the header (a JSON object), the data. The header
/// maps every tensor's name to `{"dtype": …, "shape": […], "data_offsets": [begin, end]}`, offsets counted
/// from the start of the data, and `__metadata__` to an object of strings. The tensors fill the data without
/// hole or overlap.
struct SafetensorsHeader: Sendable {
  /// The longest header that is read, as in the format's reference implementation.
  static let longest = 100_000_000

  private(set) var metadata: [String: String] = [:]
  private(set) var table: TensorTable

  /// Reads and checks the header of a whole file.
  ///
  /// 1. Read the header's length; it must lie in the file.
  /// 2. Read the JSON, of which only the shape above is accepted; no name may come twice.
  /// 3. Check each tensor: known type, shape × width = its bytes, bytes in the file.
  /// 4. Check that the tensors fill the data.
  @unsafe init(of bytes: UnsafeRawBufferPointer, file: String) throws(ModelFileError) {
    table = TensorTable(file: file)
    var prefix = unsafe ByteCursor(bytes, file: file)
    let length = try prefix.integer(UInt64.self, of: "the length of its header")
    guard length <= UInt64(Self.longest) else {
      throw prefix.malformed("its header claims \(length) bytes, more than the \(Self.longest) allowed")
    }
    guard length <= UInt64(prefix.remaining) else {
      throw prefix.malformed("its header claims \(length) bytes, but the file has only \(bytes.count)")
    }
    let data = prefix.offset + Int(length)..<bytes.count
    let header = unsafe UnsafeRawBufferPointer(rebasing: bytes[prefix.offset..<data.lowerBound])
    try read(JSONCursor(unsafe ByteCursor(header, file: file)), data: data)
    try table.checkLayout(filling: data)
  }

  private mutating func read(_ header: JSONCursor, data: Range<Int>) throws(ModelFileError) {
    var json = header
    var hasMetadata = false
    try json.object { (json, name) throws(ModelFileError) in
      if name != "__metadata__" {
        try table.add(name, try Self.entry(name, from: &json, data: data))
      } else if hasMetadata {
        throw json.malformed("__metadata__ is declared twice")
      } else {
        hasMetadata = true
        metadata = try Self.strings(from: &json)
      }
    }
    try json.end()
  }

  private static func strings(from json: inout JSONCursor) throws(ModelFileError) -> [String: String] {
    var strings: [String: String] = [:]
    try json.object { (json, key) throws(ModelFileError) in
      guard strings.updateValue(try json.string(), forKey: key) == nil else {
        throw json.malformed("the metadata \(quoted(key)) is declared twice")
      }
    }
    return strings
  }

  private static func entry(
    _ name: String, from json: inout JSONCursor, data: Range<Int>
  ) throws(ModelFileError) -> TensorTable.Entry {
    var type: TensorType?
    var shape: [Int]?
    var offsets: [Int]?
    try json.object { (json, key) throws(ModelFileError) in
      switch key {
      case "dtype" where type == nil: type = try tensorType(try json.string(), of: name, json)
      case "shape" where shape == nil: shape = try json.counts()
      case "data_offsets" where offsets == nil: offsets = try json.counts()
      default: throw json.malformed("tensor \(quoted(name)) has an unknown or repeated field \(quoted(key))")
      }
    }
    guard let type, let shape, let offsets else {
      throw json.malformed("tensor \(quoted(name)) lacks its dtype, shape or data_offsets")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= data.count else {
      throw json.malformed("tensor \(quoted(name)) lies at \(offsets.prefix(3)) of \(data.count) bytes")
    }
    let size = offsets[1] - offsets[0]
    guard type.byteCount(shape: shape) == size else {
      throw json.malformed(
        "tensor \(quoted(name)) has \(size) bytes, which is not \(shape.prefix(8)) \(type.name)"
      )
    }
    return .init(
      shape: shape, type: type, range: data.lowerBound + offsets[0]..<data.lowerBound + offsets[1])
  }

  private static func tensorType(
    _ dtype: String, of name: String, _ json: JSONCursor
  ) throws(ModelFileError) -> TensorType {
    guard let type = TensorType(safetensors: dtype) else {
      throw json.unsupported("the dtype \(quoted(dtype)) for tensor \(quoted(name))")
    }
    return type
  }
}

extension TensorType {
  /// The types that safetensors files have here.
  init?(safetensors dtype: String) {
    switch dtype {
    case "F64": self = .float64
    case "F32": self = .float(.f32)
    case "F16": self = .float(.f16)
    case "BF16": self = .float(.bf16)
    default:
      guard let format = IntegerFormat(rawValue: dtype) else { return nil }
      self = .integer(format)
    }
  }
}
