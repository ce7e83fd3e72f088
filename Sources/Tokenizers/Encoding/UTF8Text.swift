/// Reading UTF-8 bytes character by character; the bytes come from Swift strings and so are well formed, but
/// nothing here leaves its bounds if they are not.
enum UTF8Text {
  /// Where the character that starts at `index` ends, at most `limit`.
  static func end(ofCharacterAt index: Int, in bytes: [UInt8], before limit: Int) -> Int {
    let lead = bytes[index]
    let length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    return min(index + length, limit)
  }

  /// The scalar spelled by `bytes[start..<end]`, one character.
  static func scalar(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt32 {
    let lead = UInt32(bytes[start])
    guard end - start > 1 else { return lead }
    var value = lead & (0x7F >> UInt32(end - start))
    for i in (start + 1)..<end { value = value << 6 | UInt32(bytes[i] & 0x3F) }
    return value
  }

  /// Whether these bytes occur in the text at an index.
  static func matches(_ pattern: [UInt8], in text: [UInt8], at index: Int) -> Bool {
    guard index + pattern.count <= text.count else { return false }
    for i in 0..<pattern.count where text[index + i] != pattern[i] { return false }
    return true
  }

  /// The text with every occurrence of a non-empty pattern replaced, from left to right.
  static func replacing(_ pattern: [UInt8], with replacement: [UInt8], in text: [UInt8]) -> [UInt8] {
    guard let first = pattern.first, text.contains(first) else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == first, matches(pattern, in: text, at: index) {
        result.append(contentsOf: replacement)
        index += pattern.count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }
}
