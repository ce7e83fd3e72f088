/// A JSON text and its values; strings stay where they are in the text until they are asked for.
///
/// A vocabulary's file holds more than a million short strings; this way only those that are kept are ever
/// copied.
struct JSONDocument {
  /// A string's place in the text, without its quotation marks.
  struct Text {
    /// The first byte.
    var start: Int32
    /// The number of bytes.
    var length: Int32
    /// Whether it has escapes.
    var isEscaped: Bool
  }

  /// A value.
  enum Value {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number.
    case number(Double)
    /// A string.
    case string(Text)
    /// A list.
    case array([Value])
    /// An object's members, as written.
    case object([Member])
  }

  /// One name and value of an object.
  struct Member {
    /// The name.
    var name: Text
    /// The value.
    var value: Value
  }

  /// What the file is called in messages.
  let file: String
  /// The text.
  let bytes: [UInt8]
  /// The value of the whole.
  let root: Value

  /// Reads a text.
  ///
  /// - Throws: `malformedJSON`, also for texts that nest deeper than 128 values or are larger than 1 GiB.
  init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
    guard bytes.count < 1 << 30 else {
      throw .malformedJSON(file: file, offset: 1 << 30, reason: "it is larger than 1 GiB")
    }
    var parser = JSONParser(bytes: bytes, file: file)
    root = try parser.parse()
    self.bytes = bytes
    self.file = file
  }

  /// A string's bytes, its escapes resolved.
  func utf8(_ text: Text) -> [UInt8] {
    let raw = bytes[Int(text.start)..<Int(text.start + text.length)]
    return text.isEscaped ? JSONParser.unescaped(raw) : Array(raw)
  }

  /// A string.
  func string(_ text: Text) -> String { String(decoding: utf8(text), as: UTF8.self) }

  /// The value of an object's last member of a name; nil if it is absent, null, or the value is no object.
  func member(_ name: String, of value: Value?) -> Value? {
    guard case .object(let members)? = value else { return nil }
    let found = members.last { $0.name.length == name.utf8.count && utf8($0.name).elementsEqual(name.utf8) }
    if case .null? = found?.value { return nil }
    return found?.value
  }

  /// A member that is a string, if it is there at all.
  func string(_ name: String, of value: Value?, at path: String = "") throws(TokenizerError) -> String? {
    guard let found = member(name, of: value) else { return nil }
    guard case .string(let text) = found else { throw unexpected(path + name, "a string") }
    return string(text)
  }

  /// A member that is true or false, if it is there at all.
  func bool(_ name: String, of value: Value?, at path: String = "") throws(TokenizerError) -> Bool? {
    guard let found = member(name, of: value) else { return nil }
    guard case .bool(let flag) = found else { throw unexpected(path + name, "true or false") }
    return flag
  }

  /// A member that is a list; an absent one is empty.
  func array(_ name: String, of value: Value?, at path: String = "") throws(TokenizerError) -> [Value] {
    guard let found = member(name, of: value) else { return [] }
    guard case .array(let values) = found else { throw unexpected(path + name, "a list") }
    return values
  }

  /// A value as a whole number that is not negative, or nil.
  func index(_ value: Value?) -> Int? {
    guard case .number(let number)? = value, number >= 0, number < 1e15 else { return nil }
    return Int(exactly: number)
  }

  /// The error for a value of the wrong type.
  func unexpected(_ path: String, _ expected: String) -> TokenizerError {
    .unexpectedValue(file: file, path: path, expected: expected)
  }

  /// The error for something that the module does not do.
  func unsupported(_ what: String) -> TokenizerError { .unsupported(file: file, what: what) }
}
