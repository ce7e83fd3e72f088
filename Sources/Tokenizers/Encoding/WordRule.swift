/// The rules by which models split text into words, written out as scanners.
///
/// Each is a list of alternatives tried in order at every position, as in the regular expressions of the
/// models' own tokenizers; together the alternatives cover any text, so that words follow each other without
/// gaps.
enum WordRule: Sendable, Equatable {
  /// GPT-2: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
  case gpt2
  /// Llama 3 (numbers of up to 3 digits) and Qwen 2 (single digits): `(?i:'s|'t|'re|'ve|'m|'ll|'d)`
  /// `|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
  case clauses(digits: Int)

  /// Where the word that starts at `start` ends; the text ends at `end`, and `start` is before it.
  func endOfWord(in text: ScalarText, from start: Int, before end: Int) -> Int {
    switch self {
    case .gpt2:
      Self.contraction(in: text, from: start, before: end, ignoringCase: false)
        ?? Self.spacedRun(in: text, from: start, before: end)
        ?? Self.spaces(in: text, from: start, before: end)
    case .clauses(let digits):
      Self.contraction(in: text, from: start, before: end, ignoringCase: true)
        ?? Self.letters(in: text, from: start, before: end)
        ?? Self.numbers(in: text, from: start, before: end, atMost: digits)
        ?? Self.symbols(in: text, from: start, before: end)
        ?? Self.lines(in: text, from: start, before: end)
        ?? Self.spaces(in: text, from: start, before: end)
    }
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`.
  private static func contraction(
    in text: ScalarText, from start: Int, before end: Int, ignoringCase: Bool
  ) -> Int? {
    guard text.scalars[start] == 0x27, start + 1 < end else { return nil }
    let first = letter(text.scalars[start + 1], ignoringCase)
    if first == "s" || first == "t" || first == "m" || first == "d" { return start + 2 }
    guard start + 2 < end else { return nil }
    let second = letter(text.scalars[start + 2], ignoringCase)
    switch (first, second) {
    case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
    default: return nil
    }
  }

  /// The scalar, in lower case if case is ignored; the long s (U+017F) is an s to Unicode's case folding.
  private static func letter(_ scalar: UInt32, _ ignoringCase: Bool) -> Unicode.Scalar {
    if ignoringCase, scalar == 0x17F { return "s" }
    if ignoringCase, (0x41...0x5A).contains(scalar) { return Unicode.Scalar(UInt8(scalar) | 0x20) }
    return Unicode.Scalar(scalar) ?? "\u{FFFD}"
  }

  /// ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`.
  private static func spacedRun(in text: ScalarText, from start: Int, before end: Int) -> Int? {
    let first = text.scalars[start] == 0x20 ? start + 1 : start
    guard first < end, text.classes[first] != .space else { return nil }
    return text.endOfRun(of: text.classes[first], from: first, before: end)
  }

  /// `[^\r\n\p{L}\p{N}]?\p{L}+`.
  private static func letters(in text: ScalarText, from start: Int, before end: Int) -> Int? {
    var first = start
    if text.classes[start] != .letter {
      guard text.classes[start] != .number, !text.isNewline(start), start + 1 < end else { return nil }
      first = start + 1
    }
    guard text.classes[first] == .letter else { return nil }
    return text.endOfRun(of: .letter, from: first, before: end)
  }

  /// `\p{N}{1,n}`.
  private static func numbers(in text: ScalarText, from start: Int, before end: Int, atMost count: Int)
    -> Int?
  {
    guard text.classes[start] == .number else { return nil }
    return text.endOfRun(of: .number, from: start, before: min(end, start + count))
  }

  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`.
  private static func symbols(in text: ScalarText, from start: Int, before end: Int) -> Int? {
    let first = text.scalars[start] == 0x20 ? start + 1 : start
    guard first < end, text.classes[first] == .other else { return nil }
    var index = text.endOfRun(of: .other, from: first, before: end)
    while index < end, text.isNewline(index) { index += 1 }
    return index
  }

  /// `\s*[\r\n]+`: white space up to its last line break.
  private static func lines(in text: ScalarText, from start: Int, before end: Int) -> Int? {
    var index = text.endOfRun(of: .space, from: start, before: end)
    while index > start, !text.isNewline(index - 1) { index -= 1 }
    return index > start ? index : nil
  }

  /// `\s+(?!\S)|\s+`: white space, but for its last character if text follows.
  private static func spaces(in text: ScalarText, from start: Int, before end: Int) -> Int {
    let index = text.endOfRun(of: .space, from: start, before: end)
    return index < end && index - start > 1 ? index - 1 : max(index, start + 1)
  }
}
