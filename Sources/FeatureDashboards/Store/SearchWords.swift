/// How texts are cut into words for the search.
enum SearchWords {
  /// Returns a text whose ideographs stand alone, as they are words without spaces.
  static func indexed(_ text: String) -> String {
    // Most texts are plain, and are seen to be so byte by byte.
    guard text.utf8.contains(where: { $0 >= 0xE2 }), text.unicodeScalars.contains(where: isIdeograph) else {
      return text
    }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      result += isIdeograph(scalar) ? " \(scalar) " : String(scalar)
    }
  }

  /// Returns the search's own expression for all words of a text; the last one may be only begun, from its third letter on.
  ///
  /// Nil for no words.
  static func expression(_ text: String) -> String? {
    let words = indexed(text).split { !$0.isLetter && !$0.isNumber }
    guard let last = words.last else { return nil }
    return words.map { "\"\($0)\"" }.joined(separator: " ") + (last.count > 2 ? "*" : "")
  }

  /// Chinese, Japanese and Korean characters.
  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x2E80 else { return false }
    return scalar.properties.isIdeographic || (0x3040...0x30FF).contains(scalar.value)
      || (0xAC00...0xD7AF).contains(scalar.value)
  }
}
