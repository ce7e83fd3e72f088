/// Pieces that are found in the text before anything else happens to it, as the longest match from the left.
struct SpecialPieces: Sendable {
  /// A piece and how it is matched.
  struct Rule: Sendable {
    /// The piece's id.
    var id: Int
    /// Whether it is a marker, which is text like any other when markers are not parsed.
    var isMarker: Bool
    /// Whether the white space before it belongs to it.
    var absorbsSpaceBefore = false
    /// Whether the white space after it belongs to it.
    var absorbsSpaceAfter = false
    /// Whether it must not touch a letter, a digit or a mark.
    var isWholeWord = false
  }

  /// A match in a text.
  struct Match {
    /// The piece.
    var rule: Rule
    /// Its bytes, with the white space that it absorbs.
    var range: Range<Int>
  }

  /// The trie: child node by parent node and byte.
  private var children: [UInt64: Int32] = [:]
  /// The rule that ends at a node.
  private var ruleAtNode: [Int32: Rule] = [:]
  private var nodeCount: Int32 = 1
  private var isFirstByte = [Bool](repeating: false, count: 256)

  /// Whether there is none.
  var isEmpty: Bool { ruleAtNode.isEmpty }

  /// Adds a piece; of two with the same bytes the later stays.
  mutating func insert(_ bytes: some Sequence<UInt8>, _ rule: Rule) {
    var node: Int32 = 0
    for byte in bytes {
      if node == 0 { isFirstByte[Int(byte)] = true }
      let key = Self.key(node, byte)
      if let child = children[key] {
        node = child
      } else {
        children[key] = nodeCount
        node = nodeCount
        nodeCount += 1
      }
    }
    if node > 0 { ruleAtNode[node] = rule }
  }

  /// All matches, from left to right; markers are passed over unless `parsingMarkers`.
  func matches(in text: [UInt8], parsingMarkers: Bool) -> [Match] {
    guard !isEmpty else { return [] }
    var result: [Match] = []
    var index = 0
    var consumed = 0
    while index < text.count {
      guard isFirstByte[Int(text[index])], let (rule, end) = longestMatch(in: text, at: index) else {
        index += 1
        continue
      }
      if !(rule.isMarker && !parsingMarkers), !rule.isWholeWord || Self.isWord(text, index..<end) {
        let match = Match(rule: rule, range: Self.widened(index..<end, for: rule, in: text, from: consumed))
        result.append(match)
        consumed = match.range.upperBound
        index = consumed
      } else {
        index = end
      }
    }
    return result
  }

  private func longestMatch(in text: [UInt8], at start: Int) -> (Rule, Int)? {
    var node: Int32 = 0
    var index = start
    var best: (Rule, Int)?
    while index < text.count, let child = children[Self.key(node, text[index])] {
      node = child
      index += 1
      if let rule = ruleAtNode[node] { best = (rule, index) }
    }
    return best
  }

  private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
    UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
  }

  /// The match with the white space that it absorbs, none of it before `limit`.
  private static func widened(
    _ range: Range<Int>, for rule: Rule, in text: [UInt8], from limit: Int
  ) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while rule.absorbsSpaceBefore, start > limit {
      let (scalar, previous) = scalar(endingAt: start, in: text)
      guard ScalarClass(scalar) == .space else { break }
      start = max(previous, limit)
    }
    while rule.absorbsSpaceAfter, end < text.count {
      let next = UTF8Text.end(ofCharacterAt: end, in: text, before: text.count)
      guard ScalarClass(UTF8Text.scalar(text, end, next)) == .space else { break }
      end = next
    }
    return start..<end
  }

  /// Whether neither neighbour of a match is part of a word.
  private static func isWord(_ text: [UInt8], _ range: Range<Int>) -> Bool {
    if range.lowerBound > 0, isWordScalar(scalar(endingAt: range.lowerBound, in: text).0) { return false }
    guard range.upperBound < text.count else { return true }
    let end = UTF8Text.end(ofCharacterAt: range.upperBound, in: text, before: text.count)
    return !isWordScalar(UTF8Text.scalar(text, range.upperBound, end))
  }

  private static func isWordScalar(_ value: UInt32) -> Bool {
    guard let properties = Unicode.Scalar(value)?.properties else { return false }
    switch properties.generalCategory {
    case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }

  /// The scalar that ends before an index, and where it starts.
  private static func scalar(endingAt end: Int, in text: [UInt8]) -> (UInt32, Int) {
    var start = end - 1
    while start > 0, end - start < 4, text[start] & 0xC0 == 0x80 { start -= 1 }
    return (UTF8Text.scalar(text, start, end), start)
  }
}
