/// Reads JSON (RFC 8259) into a `JSONDocument`'s values.
struct JSONParser {
  private let bytes: [UInt8]
  private let file: String
  private var index = 0
  private var depth = 0

  /// Prepares to read a text.
  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The value of the whole text.
  mutating func parse() throws(TokenizerError) -> JSONDocument.Value {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    let value = try parseValue()
    skipSpace()
    guard index == bytes.count else { throw failure("text after the value") }
    return value
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func failure(_ reason: String) -> TokenizerError {
    .malformedJSON(file: file, offset: index, reason: reason)
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  /// Passes over a byte if it comes next.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(TokenizerError) {
    guard take(byte) else {
      throw failure(next == nil ? "it ends too early" : "expected `\(Character(Unicode.Scalar(byte)))`")
    }
  }

  private mutating func parseValue() throws(TokenizerError) -> JSONDocument.Value {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try nested { (parser) throws(TokenizerError) in try parser.parseObject() }
    case UInt8(ascii: "["): return try nested { (parser) throws(TokenizerError) in try parser.parseArray() }
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case nil: throw failure("it ends too early")
    default: return .number(try parseNumber())
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(TokenizerError) -> JSONDocument.Value
  ) throws(TokenizerError) -> JSONDocument.Value {
    guard depth < 128 else { throw failure("more than 128 values inside each other") }
    depth += 1
    index += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func parseObject() throws(TokenizerError) -> JSONDocument.Value {
    var members: [JSONDocument.Member] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("expected a name") }
      let name = try parseString()
      try expect(UInt8(ascii: ":"))
      members.append(.init(name: name, value: try parseValue()))
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return .object(members)
  }

  private mutating func parseArray() throws(TokenizerError) -> JSONDocument.Value {
    var values: [JSONDocument.Value] = []
    if take(UInt8(ascii: "]")) { return .array(values) }
    repeat { values.append(try parseValue()) } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return .array(values)
  }

  private mutating func parseWord(
    _ word: String, _ value: JSONDocument.Value
  ) throws(TokenizerError) -> JSONDocument.Value {
    guard bytes[index...].starts(with: word.utf8) else { throw failure("expected `\(word)`") }
    index += word.utf8.count
    return value
  }

  private mutating func parseString() throws(TokenizerError) -> JSONDocument.Text {
    index += 1
    let start = index
    var isEscaped = false
    while true {
      while index < bytes.count, bytes[index] >= 0x20, bytes[index] != 0x22, bytes[index] != 0x5C {
        index += 1
      }
      guard next == UInt8(ascii: "\\") else { break }
      isEscaped = true
      try skipEscape()
    }
    guard (next ?? 0x20) >= 0x20 else { throw failure("a control character in a string") }
    guard next != nil else { throw failure("it ends within a string") }
    index += 1
    return .init(start: Int32(start), length: Int32(index - 1 - start), isEscaped: isEscaped)
  }

  private mutating func skipEscape() throws(TokenizerError) {
    index += 1
    guard let byte = next else { throw failure("it ends within a string") }
    if byte == UInt8(ascii: "u") {
      guard index + 4 < bytes.count, bytes[(index + 1)...(index + 4)].allSatisfy(Self.isHex) else {
        throw failure("a bad \\u escape")
      }
      index += 5
    } else {
      guard Self.simpleEscape(byte) != nil else { throw failure("an unknown escape") }
      index += 1
    }
  }

  private mutating func parseNumber() throws(TokenizerError) -> Double {
    let start = index
    while let byte = next, Self.isNumeric(byte) { index += 1 }
    let digits = bytes[start..<index]
    if !digits.isEmpty, digits.count < 16, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      return digits.reduce(0) { $0 * 10 + Double($1 - 0x30) }
    }
    guard let number = Double(String(decoding: digits, as: UTF8.self)) else {
      index = start
      throw failure("not a value")
    }
    return number
  }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
    default: false
    }
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  private static func simpleEscape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// A string's bytes with its escapes resolved; a surrogate without its partner is U+FFFD.
  static func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var units: [UInt16] = []
    var index = raw.startIndex
    while index < raw.endIndex {
      let isUnit = raw[index] == UInt8(ascii: "\\") && raw[index + 1] == UInt8(ascii: "u")
      if isUnit {
        units.append(
          UInt16(String(decoding: raw[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16) ?? 0xFFFD)
        index += 6
      }
      if !units.isEmpty, !isUnit || index == raw.endIndex {
        result += Array(String(decoding: units, as: UTF16.self).utf8)
        units = []
      }
      if isUnit { continue }
      if raw[index] == UInt8(ascii: "\\") {
        result.append(simpleEscape(raw[index + 1]) ?? raw[index + 1])
        index += 2
      } else {
        result.append(raw[index])
        index += 1
      }
    }
    return result
  }
}
