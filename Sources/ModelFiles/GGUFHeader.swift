import LinearAlgebra

/// What the head of a GGUF file declares.
///
/// The file is, little endian: `GGUF`, version (U32), number of tensors, number of metadata entries (U64
/// each), the entries (key, type, value), the tensors (name, dimensions from the contiguous one on, type,
/// offset), and the data, whose start and whose tensors' starts are multiples of the alignment. A text is its
/// length (U64) and its UTF-8 bytes.
struct GGUFHeader: Sendable {
  private(set) var metadata: [String: GGUFValue] = [:]
  private(set) var table: TensorTable

  /// A tensor as declared, before the data's place is known.
  private struct Declaration {
    let name: String
    let shape: [Int]
    let type: TensorType
    let offset: UInt64
  }

  /// Reads and checks the header of a whole file.
  ///
  /// 1. Check magic and version; read both counts, which the file must be able to hold.
  /// 2. Read the metadata; no key may come twice.
  /// 3. Read the declarations of the tensors and turn their dimensions round.
  /// 4. Round the place up to the alignment: the data starts there.
  /// 5. Check that each tensor is aligned, lies in the file and shares no byte with another.
  @unsafe init(of bytes: UnsafeRawBufferPointer, file: String) throws(ModelFileError) {
    var cursor = unsafe ByteCursor(bytes, file: file)
    table = TensorTable(file: file)
    try Self.checkVersion(&cursor)
    let tensorCount = try cursor.count(of: "tensors", size: 24)
    try readMetadata(&cursor)
    let alignment = try alignment(cursor)
    var declarations: [Declaration] = []
    for _ in 0..<tensorCount { declarations.append(try Self.declaration(&cursor)) }
    let (padded, overflow) = cursor.offset.addingReportingOverflow(alignment - 1)
    guard !overflow else { throw cursor.malformed("its alignment is \(alignment)") }
    let start = padded & ~(alignment - 1)
    for declaration in declarations {
      try add(declaration, alignment: alignment, data: min(start, bytes.count)..<bytes.count)
    }
    try table.checkLayout()
  }

  private static func checkVersion(_ cursor: inout ByteCursor) throws(ModelFileError) {
    guard try cursor.integer(UInt32.self, of: "its first four bytes") == 0x4655_4747 else {
      throw cursor.malformed("it does not start with GGUF")
    }
    let version = try cursor.integer(UInt32.self, of: "its version")
    guard version != 2, version != 3 else { return }
    let isBigEndian = version.byteSwapped == 2 || version.byteSwapped == 3
    throw .unsupported(
      path: cursor.file, feature: isBigEndian ? "big-endian GGUF" : "GGUF version \(version)",
      remedy: "convert it to little-endian GGUF version 3")
  }

  private mutating func readMetadata(_ cursor: inout ByteCursor) throws(ModelFileError) {
    for _ in 0..<(try cursor.count(of: "metadata entries", size: 13)) {
      let key = try cursor.ggufText(of: "a metadata key")
      let type = try cursor.integer(UInt32.self, of: "a metadata type")
      guard metadata.updateValue(try cursor.ggufValue(type: type), forKey: key) == nil else {
        throw cursor.malformed("the metadata \(quoted(key)) is declared twice")
      }
    }
  }

  /// `general.alignment`, 32 when it is absent.
  private func alignment(_ cursor: ByteCursor) throws(ModelFileError) -> Int {
    switch metadata["general.alignment"] {
    case nil: return 32
    case .integer(let value) where value > 0 && value & (value - 1) == 0: return value
    default: throw cursor.malformed("its alignment is not a power of two")
    }
  }

  private static func declaration(_ cursor: inout ByteCursor) throws(ModelFileError) -> Declaration {
    let name = try cursor.ggufText(of: "a tensor's name")
    let rank = try cursor.integer(UInt32.self, of: "a tensor's dimensions")
    guard rank <= 4 else {
      throw cursor.malformed("tensor \(quoted(name)) has \(rank) dimensions, more than 4")
    }
    var shape: [Int] = []
    for _ in 0..<rank {
      let length = try cursor.integer(UInt64.self, of: "a tensor's dimensions")
      guard let length = Int(exactly: length) else {
        throw cursor.malformed("tensor \(quoted(name)) has a dimension of \(length)")
      }
      shape.insert(length, at: 0)
    }
    let code = try cursor.integer(UInt32.self, of: "a tensor's type")
    guard let type = TensorType(gguf: code) else {
      throw .unsupported(
        path: cursor.file, feature: "the type \(TensorType.ggufName(code)) for tensor \(quoted(name))",
        remedy: "take a file in Q8_0, Q6_K, Q5_K, Q5_0, Q4_K, Q4_1, Q4_0, BF16, F16 or F32")
    }
    let offset = try cursor.integer(UInt64.self, of: "a tensor's offset")
    return Declaration(name: name, shape: shape, type: type, offset: offset)
  }

  private mutating func add(
    _ tensor: Declaration, alignment: Int, data: Range<Int>
  ) throws(ModelFileError) {
    let name = quoted(tensor.name)
    func malformed(_ problem: String) -> ModelFileError { .malformed(path: table.file, problem: problem) }
    guard let size = tensor.type.byteCount(shape: tensor.shape) else {
      throw malformed("tensor \(name) cannot be \(tensor.shape) \(tensor.type.name)")
    }
    guard tensor.offset % UInt64(alignment) == 0 else {
      throw malformed("tensor \(name) lies at \(tensor.offset), which is no multiple of \(alignment)")
    }
    guard tensor.offset <= UInt64(data.count), size <= data.count - Int(tensor.offset) else {
      throw malformed("tensor \(name) needs \(size) bytes at \(tensor.offset) of \(data.count) bytes of data")
    }
    let start = data.lowerBound + Int(tensor.offset)
    try table.add(tensor.name, .init(shape: tensor.shape, type: tensor.type, range: start..<start + size))
  }
}
