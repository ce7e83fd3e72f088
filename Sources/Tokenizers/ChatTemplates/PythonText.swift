/// Python's string methods, which work on code points, where Swift's work on characters.
enum PythonText {
  /// Whether `str.isspace` holds.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(scalar)
  }

  /// Whether both have the same code points.
  static func equals(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

  /// The string without the given scalars (white space if nil) at its ends.
  static func stripped(_ text: String, of unwanted: String?, start: Bool, end: Bool) -> String {
    let unwanted = unwanted.map { Set($0.unicodeScalars) }
    func isUnwanted(_ scalar: Unicode.Scalar) -> Bool { unwanted?.contains(scalar) ?? isSpace(scalar) }
    var scalars = text.unicodeScalars[...]
    while start, let first = scalars.first, isUnwanted(first) { scalars.removeFirst() }
    while end, let last = scalars.last, isUnwanted(last) { scalars.removeLast() }
    return String(scalars)
  }

  /// Where a non-empty pattern starts, as offsets in the UTF-8 of both, without overlaps.
  static func occurrences(of pattern: String, in text: String, atMost limit: Int = .max) -> [Int] {
    let (pattern, text) = (Array(pattern.utf8), Array(text.utf8))
    var result: [Int] = []
    var index = 0
    while index + pattern.count <= text.count, result.count < limit, !pattern.isEmpty {
      if text[index] == pattern[0], UTF8Text.matches(pattern, in: text, at: index) {
        result.append(index)
        index += pattern.count
      } else {
        index += 1
      }
    }
    return result
  }

  /// The parts between occurrences of a separator; of white space if it is nil.
  static func split(_ text: String, by separator: String?, atMost limit: Int = .max) -> [String] {
    guard let separator else { return splitAtSpace(text, atMost: limit) }
    let bytes = Array(text.utf8)
    var parts: [String] = []
    var start = 0
    for index in occurrences(of: separator, in: text, atMost: limit) {
      parts.append(String(decoding: bytes[start..<index], as: UTF8.self))
      start = index + separator.utf8.count
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  private static func splitAtSpace(_ text: String, atMost limit: Int) -> [String] {
    text.unicodeScalars.split(maxSplits: limit, whereSeparator: isSpace).map { part in String(part) }
  }

  /// The string with occurrences of a pattern replaced.
  static func replacing(_ pattern: String, with replacement: String, in text: String, atMost limit: Int)
    -> String
  {
    guard !pattern.isEmpty else { return text }
    return split(text, by: pattern, atMost: limit).joined(separator: replacement)
  }

  /// The string with its first letter in upper case and the others in lower case.
  static func capitalized(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return text }
    return first.properties.titlecaseMapping + String(text.unicodeScalars.dropFirst()).lowercased()
  }
}
