import LinearAlgebra

/// What the head of an array in numpy's format (NEP 1) declares.
///
/// The head is `\x93NUMPY`, a version (two bytes), the length of the description (U16, from version 2 on U32), and the
/// description, the text of a Python dictionary: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumpyHeader {
  /// The longest head that is read.
  static let longest = 1 << 16

  /// The lengths of the dimensions, the outermost first.
  private(set) var shape: [Int] = []
  /// What the elements are.
  private(set) var type = TensorType.float(.f32)
  /// Whether the first dimension, not the last, is the contiguous one.
  private(set) var isFortranOrder = false
  /// The bytes before the elements.
  private(set) var length = 0

  /// Reads the head at the start of `bytes`, of which there must be enough; `name` is the array's.
  @unsafe init(of bytes: UnsafeRawBufferPointer, name: String, file: String) throws(ModelFileError) {
    var cursor = unsafe ByteCursor(bytes, file: file)
    let what = "the head of array \(quoted(name))"
    for byte in [0x93] + Array("NUMPY".utf8) {
      guard try cursor.integer(UInt8.self, of: what) == byte else {
        throw cursor.malformed("\(what) is not numpy's")
      }
    }
    let version = try cursor.integer(UInt8.self, of: what)
    try cursor.skip(1, of: what)
    guard (1...3).contains(version) else {
      throw .unsupported(
        path: file, feature: "version \(version) of numpy's format", remedy: "save it again with numpy.savez")
    }
    let count =
      version == 1
      ? Int(try cursor.integer(UInt16.self, of: what)) : Int(try cursor.integer(UInt32.self, of: what))
    let text = try cursor.text(count, of: what)
    length = cursor.offset
    var description = NumpyDescription(text: text[...], what: what, file: file)
    try read(&description)
    if shape.count < 2 { isFortranOrder = false }
  }

  private mutating func read(_ text: inout NumpyDescription) throws(ModelFileError) {
    var missing: Set = ["descr", "fortran_order", "shape"]
    try text.expect("{")
    while !text.skip("}") {
      let key = try text.string()
      guard missing.remove(key) != nil else { throw text.faulty }
      try text.expect(":")
      switch key {
      case "descr": type = try text.type()
      case "shape": shape = try text.counts()
      default: isFortranOrder = try text.truth()
      }
      guard text.skip(",") || text.isAt("}") else { throw text.faulty }
    }
    guard missing.isEmpty else { throw text.faulty }
  }
}

/// Reads the few forms of Python literals that describe an array.
private struct NumpyDescription {
  var text: Substring
  let what: String
  let file: String

  var faulty: ModelFileError {
    .malformed(path: file, problem: "\(what) has the faulty description \(quoted(String(text.prefix(40))))")
  }

  func isAt(_ sign: Character) -> Bool { text.drop { $0.isWhitespace }.first == sign }

  mutating func skip(_ sign: Character) -> Bool {
    text = text.drop { $0.isWhitespace }
    guard text.first == sign else { return false }
    text.removeFirst()
    return true
  }

  mutating func expect(_ sign: Character) throws(ModelFileError) {
    guard skip(sign) else { throw faulty }
  }

  mutating func string() throws(ModelFileError) -> String {
    text = text.drop { $0.isWhitespace }
    guard let quote = text.first, quote == "'" || quote == "\"",
      let end = text.dropFirst().firstIndex(of: quote)
    else { throw faulty }
    defer { text = text[text.index(after: end)...] }
    return String(text[text.index(after: text.startIndex)..<end])
  }

  mutating func truth() throws(ModelFileError) -> Bool {
    text = text.drop { $0.isWhitespace }
    for (word, value) in [("True", true), ("False", false)] where text.hasPrefix(word) {
      text.removeFirst(word.count)
      return value
    }
    throw faulty
  }

  mutating func counts() throws(ModelFileError) -> [Int] {
    try expect("(")
    var counts: [Int] = []
    while !skip(")") {
      text = text.drop { $0.isWhitespace }
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      guard let count = Int(digits), counts.count < 64 else { throw faulty }
      text.removeFirst(digits.count)
      counts.append(count)
      guard skip(",") || isAt(")") else { throw faulty }
    }
    return counts
  }

  mutating func type() throws(ModelFileError) -> TensorType {
    guard !isAt("[") else { throw unsupported("records") }
    let name = try string()
    guard let type = TensorType(numpy: name) else { throw unsupported("the type \(quoted(name))") }
    return type
  }

  private func unsupported(_ feature: String) -> ModelFileError {
    .unsupported(path: file, feature: "\(feature) in \(what)", remedy: "convert it to float32 or float16")
  }
}

extension TensorType {
  /// The types that numpy names, little endian.
  init?(numpy name: String) {
    switch name {
    case "<f4": self = .float(.f32)
    case "<f2": self = .float(.f16)
    case "<f8": self = .float64
    case "|i1": self = .integer(.i8)
    case "<i2": self = .integer(.i16)
    case "<i4": self = .integer(.i32)
    case "<i8": self = .integer(.i64)
    case "|u1": self = .integer(.u8)
    case "<u2": self = .integer(.u16)
    case "<u4": self = .integer(.u32)
    case "<u8": self = .integer(.u64)
    case "|b1": self = .integer(.bool)
    default: return nil
    }
  }
}
