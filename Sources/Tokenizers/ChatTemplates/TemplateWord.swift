/// Reads one word inside a tag.
enum TemplateWord {
  /// The word that starts at an index, which is moved behind it.
  static func next(
    in source: [Unicode.Scalar], at index: inout Int, line: Int
  ) throws(TokenizerError) -> TemplateToken.Kind {
    let scalar = source[index]
    if scalar == "'" || scalar == "\"" { return try string(in: source, at: &index, line: line) }
    if ("0"..."9").contains(scalar) { return try number(in: source, at: &index, line: line) }
    if isNameStart(scalar) {
      let start = index
      while index < source.count, isNameStart(source[index]) || ("0"..."9").contains(source[index]) {
        index += 1
      }
      return .name(text(source[start..<index]))
    }
    return try symbol(in: source, at: &index, line: line)
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
      || (scalar.value >= 0x80 && scalar.properties.isIDStart)
  }

  private static func symbol(
    in source: [Unicode.Scalar], at index: inout Int, line: Int
  ) throws(TokenizerError) -> TemplateToken.Kind {
    if index + 1 < source.count {
      let pair = text(source[index...(index + 1)])
      if ["==", "!=", "<=", ">=", "//", "**"].contains(pair) {
        index += 2
        return .symbol(pair)
      }
    }
    let single = text(source[index...index])
    guard "()[]{}.,:|+-*/%~<>=".contains(single) else {
      throw .templateSyntax(line: line, reason: "unexpected character `\(single)`")
    }
    index += 1
    return .symbol(single)
  }

  private static func number(
    in source: [Unicode.Scalar], at index: inout Int, line: Int
  ) throws(TokenizerError) -> TemplateToken.Kind {
    let start = index
    func skipDigits() {
      while index < source.count, ("0"..."9").contains(source[index]) || source[index] == "_" { index += 1 }
    }
    skipDigits()
    var isWhole = true
    if index + 1 < source.count, source[index] == ".", ("0"..."9").contains(source[index + 1]) {
      isWhole = false
      index += 1
      skipDigits()
    }
    let digits = text(source[start..<index].filter { $0 != "_" }[...])
    if isWhole, let number = Int(digits) { return .integer(number) }
    if !isWhole, let number = Double(digits) { return .double(number) }
    throw .templateSyntax(line: line, reason: "the number `\(digits)` is too large")
  }

  private static func string(
    in source: [Unicode.Scalar], at index: inout Int, line: Int
  ) throws(TokenizerError) -> TemplateToken.Kind {
    let quote = source[index]
    var result = String.UnicodeScalarView()
    index += 1
    while index < source.count, source[index] != quote {
      if source[index] == "\\", index + 1 < source.count {
        index += 1
        appendEscape(in: source, at: &index, to: &result)
      } else {
        result.append(source[index])
        index += 1
      }
    }
    guard index < source.count else { throw .templateSyntax(line: line, reason: "a string does not end") }
    index += 1
    return .string(String(result))
  }

  /// Reads what follows a backslash, as in Python; an unknown escape stands for itself, backslash included.
  private static func appendEscape(
    in source: [Unicode.Scalar], at index: inout Int, to result: inout String.UnicodeScalarView
  ) {
    let scalar = source[index]
    index += 1
    switch scalar {
    case "n": result.append("\n")
    case "t": result.append("\t")
    case "r": result.append("\r")
    case "0": result.append("\0")
    case "\\", "'", "\"": result.append(scalar)
    case "\n": break
    case "x", "u", "U":
      let count = scalar == "x" ? 2 : scalar == "u" ? 4 : 8
      let digits = text(source[index..<min(index + count, source.count)])
      if digits.utf8.count == count, let value = UInt32(digits, radix: 16),
        let decoded = Unicode.Scalar(value)
      {
        result.append(decoded)
        index += count
      } else {
        result.append(contentsOf: ["\\", scalar])
      }
    default: result.append(contentsOf: ["\\", scalar])
    }
  }
}
