/// Reads the few forms of JSON that a safetensors header is made of, with no recursion: objects whose members
/// the caller names, arrays of whole numbers, and strings.
struct JSONCursor {
  private var bytes: ByteCursor

  init(_ bytes: ByteCursor) { self.bytes = bytes }

  /// Bytes before the place, counted from the header's first byte.
  var offset: Int { bytes.offset }

  /// Returns the error that the header breaks a rule, with the place.
  func malformed(_ problem: String) -> ModelFileError {
    bytes.malformed("\(problem), at byte \(offset) of its header")
  }

  /// Returns the error that the header asks for something that is not read here.
  func unsupported(_ feature: String) -> ModelFileError {
    .unsupported(path: bytes.file, feature: feature, remedy: "convert it to F32, F16 or BF16")
  }

  /// Reads `{"key": value, …}`; `member` reads each value.
  mutating func object(
    _ member: (inout JSONCursor, _ key: String) throws(ModelFileError) -> Void
  ) throws(ModelFileError) {
    try expect("{")
    if try skip("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while try skip(",")
    try expect("}")
  }

  /// Reads `[1, 2, …]`, whole numbers from 0 on.
  mutating func counts() throws(ModelFileError) -> [Int] {
    try expect("[")
    if try skip("]") { return [] }
    var counts: [Int] = []
    repeat { counts.append(try count()) } while try skip(",")
    try expect("]")
    return counts
  }

  /// Reads the white space after the last value; nothing else may follow.
  mutating func end() throws(ModelFileError) {
    skipWhiteSpace()
    guard bytes.next == nil else { throw malformed("something follows the end of the JSON") }
  }

  /// Reads a string.
  mutating func string() throws(ModelFileError) -> String {
    try expect("\"")
    var ahead = bytes
    while let byte = ahead.next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      try ahead.skip(1, of: "a string")
    }
    if ahead.next == UInt8(ascii: "\"") {
      let text = try bytes.text(ahead.offset - bytes.offset, of: "a string")
      try bytes.skip(1, of: "a string")
      return text
    }
    return try escapedString()
  }

  private mutating func count() throws(ModelFileError) -> Int {
    skipWhiteSpace()
    guard let first = bytes.next, isDigit(first) else {
      throw malformed("a whole number from 0 on is missing")
    }
    var value = 0
    while let byte = bytes.next, isDigit(byte) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else { throw malformed("a number exceeds 2^63 - 1") }
      value = sum
      try bytes.skip(1, of: "a number")
    }
    if let after = bytes.next, UInt8(ascii: ".") == after || after | 0x20 == UInt8(ascii: "e") {
      throw malformed("a number is not whole")
    }
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func skipWhiteSpace() {
    while let byte = bytes.next,
      byte == 0x20 || (byte >= 0x09 && byte <= 0x0D && byte != 0x0B && byte != 0x0C)
    {
      bytes.skipOne()
    }
  }

  private mutating func skip(_ wanted: Unicode.Scalar) throws(ModelFileError) -> Bool {
    skipWhiteSpace()
    guard bytes.next == UInt8(ascii: wanted) else { return false }
    bytes.skipOne()
    return true
  }

  private mutating func expect(_ wanted: Unicode.Scalar) throws(ModelFileError) {
    guard try skip(wanted) else { throw malformed("'\(wanted)' is missing") }
  }
}

extension JSONCursor {
  /// Reads the rest of a string that has escapes or faults.
  private mutating func escapedString() throws(ModelFileError) -> String {
    var text: [UInt8] = []
    while let byte = bytes.next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw malformed("a string holds a control character") }
      bytes.skipOne()
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: String(try escape()).utf8)
      } else {
        text.append(byte)
      }
    }
    try expect("\"")
    guard let string = String(validating: text, as: UTF8.self) else {
      throw malformed("a string is not UTF-8")
    }
    return string
  }

  /// Reads what follows a backslash; two surrogates make one scalar.
  private mutating func escape() throws(ModelFileError) -> Character {
    let letter = try bytes.integer(UInt8.self, of: "a string")
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(letter))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw malformed("a string has an unknown escape")
    }
    var code = try hexadecimal()
    if code & 0xFC00 == 0xD800 {
      guard try bytes.integer(UInt16.self, of: "a string") == 0x755C else {
        throw malformed("a surrogate is alone")
      }
      let low = try hexadecimal()
      guard low & 0xFC00 == 0xDC00 else { throw malformed("a surrogate is alone") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw malformed("a surrogate is alone") }
    return Character(scalar)
  }

  private mutating func hexadecimal() throws(ModelFileError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = try bytes.integer(UInt8.self, of: "a string")
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("a string has a faulty \\u escape")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
