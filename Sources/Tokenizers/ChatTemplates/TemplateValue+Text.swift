extension TemplateInterpreter {
  /// Python's `str(value)`.
  mutating func text(of value: TemplateValue) throws(TokenizerError) -> String {
    if case .string(let text) = value { return text }
    if case .undefined = value { return "" }
    return try representation(of: value)
  }

  /// Python's `repr(value)`.
  private mutating func representation(of value: TemplateValue) throws(TokenizerError) -> String {
    try spend(8)
    switch value {
    case .undefined: return "Undefined"
    case .none: return "None"
    case .bool(let flag): return flag ? "True" : "False"
    case .integer(let number): return String(number)
    case .double(let number): return number.description
    case .string(let text):
      try spend(text.utf8.count)
      return Self.quoted(text)
    case .list(let items):
      var parts: [String] = []
      for item in items { parts.append(try representation(of: item)) }
      return "[" + parts.joined(separator: ", ") + "]"
    case .mapping(let mapping):
      var parts: [String] = []
      for key in mapping.keys {
        parts.append(Self.quoted(key) + ": " + (try representation(of: mapping[key] ?? .none)))
      }
      return "{" + parts.joined(separator: ", ") + "}"
    case .object: return "<object>"
    }
  }

  /// A string as Python shows it: in single quotes, unless only those occur in it.
  private static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar = text.utf8.contains(0x27) && !text.utf8.contains(0x22) ? "\"" : "'"
    var result = String.UnicodeScalarView()
    result.append(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\": result.append(contentsOf: ["\\", scalar])
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case "\0"..<" ", "\u{7F}": result.append(contentsOf: ("\\x" + hex(scalar, digits: 2)).unicodeScalars)
      default: result.append(scalar)
      }
    }
    result.append(quote)
    return String(result)
  }

  private static func hex(_ scalar: Unicode.Scalar, digits: Int) -> String {
    let text = String(scalar.value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// Python's `json.dumps(value, ensure_ascii=False, indent=indent)`.
  mutating func json(
    of value: TemplateValue, indent: Int?, level: Int = 0
  ) throws(TokenizerError) -> String {
    try spend(8)
    switch value {
    case .none: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .integer(let number): return String(number)
    case .double(let number):
      return number.isNaN ? "NaN" : number.isInfinite ? "Infinity" : number.description
    case .string(let text):
      try spend(text.utf8.count)
      return Self.jsonQuoted(text)
    case .list(let items):
      var parts: [String] = []
      for item in items { parts.append(try json(of: item, indent: indent, level: level + 1)) }
      return Self.bracketed(parts, "[", "]", indent: indent, level: level)
    case .mapping(let mapping):
      var parts: [String] = []
      for key in mapping.keys {
        let item = try json(of: mapping[key] ?? .none, indent: indent, level: level + 1)
        parts.append(Self.jsonQuoted(key) + ": " + item)
      }
      return Self.bracketed(parts, "{", "}", indent: indent, level: level)
    case .undefined, .object: throw failure("\(value.typeName) has no JSON form")
    }
  }

  private static func bracketed(
    _ parts: [String], _ open: String, _ close: String, indent: Int?, level: Int
  ) -> String {
    guard !parts.isEmpty else { return open + close }
    guard let indent else { return open + parts.joined(separator: ", ") + close }
    let inner = "\n" + String(repeating: " ", count: indent * (level + 1))
    let outer = "\n" + String(repeating: " ", count: indent * level)
    return open + inner + parts.joined(separator: "," + inner) + outer + close
  }

  private static func jsonQuoted(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    result.append("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result.append(contentsOf: ["\\", scalar])
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case "\u{8}": result.append(contentsOf: "\\b".unicodeScalars)
      case "\u{C}": result.append(contentsOf: "\\f".unicodeScalars)
      case "\0"..<" ": result.append(contentsOf: ("\\u" + hex(scalar, digits: 4)).unicodeScalars)
      default: result.append(scalar)
      }
    }
    result.append("\"")
    return String(result)
  }
}
