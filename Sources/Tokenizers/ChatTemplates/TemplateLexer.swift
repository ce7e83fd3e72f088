/// Cuts a template into text and tags, and tags into words.
///
/// White space around tags follows Jinja with `trim_blocks` and `lstrip_blocks`:
/// 1. One line break at the very end of the template is dropped.
/// 2. `{%-` takes all white space before it; otherwise a block or comment that begins its line takes the
///    blanks before it, unless it is written `{%+`.
/// 3. `-%}` takes all white space after it; otherwise a block or comment takes one line break after it,
///    unless it is written `+%}`. Outputs (`{{ }}`) take nothing but with `-`.
struct TemplateLexer {
  /// What a pair of braces encloses; the raw value is the scalar inside the opening brace.
  private enum Tag: Unicode.Scalar {
    case output = "\u{7B}"
    case block = "%"
    case comment = "#"

    /// The scalar before the closing brace.
    var closing: Unicode.Scalar { self == .output ? "\u{7D}" : rawValue }
  }

  private let source: [Unicode.Scalar]
  private var index = 0
  private var line = 1
  /// Whether the text that comes next begins a line.
  private var isAtLineStart = true
  private var tokens: [TemplateToken] = []

  /// The words of a template.
  static func tokens(of source: String) throws(TokenizerError) -> [TemplateToken] {
    guard source.utf8.count <= 1 << 20 else {
      throw .templateSyntax(line: 1, reason: "it is larger than 1 MiB")
    }
    var lexer = TemplateLexer(source)
    try lexer.run()
    return lexer.tokens
  }

  private init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    var followsReturn = false
    for scalar in text.unicodeScalars {
      if scalar == "\n", followsReturn {
        followsReturn = false
        continue
      }
      followsReturn = scalar == "\r"
      scalars.append(followsReturn ? "\n" : scalar)
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
  }

  private mutating func run() throws(TokenizerError) {
    while index < source.count {
      let start = index
      while index < source.count, tag(at: index) == nil { index += 1 }
      let tag = tag(at: index)
      let textLine = line
      line += source[start..<index].count { $0 == "\n" }
      appendText(start..<index, line: textLine, before: tag)
      guard let tag else { break }
      try lexTag(tag)
    }
    tokens.append(TemplateToken(kind: .end, line: line))
  }

  /// The tag that opens at an index, or nil.
  private func tag(at index: Int) -> Tag? {
    guard index + 1 < source.count, source[index] == "\u{7B}" else { return nil }
    return Tag(rawValue: source[index + 1])
  }

  /// Appends text without the white space that the tag after it takes.
  private mutating func appendText(_ range: Range<Int>, line: Int, before tag: Tag?) {
    var end = range.upperBound
    let sign = tag != nil && end + 2 < source.count ? source[end + 2] : " "
    if tag != nil, sign == "-" {
      while end > range.lowerBound, PythonText.isSpace(source[end - 1]) { end -= 1 }
    } else if tag == .block || tag == .comment, sign != "+" {
      var blank = end
      while blank > range.lowerBound, PythonText.isSpace(source[blank - 1]), source[blank - 1] != "\n" {
        blank -= 1
      }
      let beginsLine = blank > range.lowerBound ? source[blank - 1] == "\n" : isAtLineStart
      if beginsLine { end = blank }
    }
    guard end > range.lowerBound else { return }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: source[range.lowerBound..<end])
    tokens.append(TemplateToken(kind: .text(String(text)), line: line))
  }

  private mutating func lexTag(_ tag: Tag) throws(TokenizerError) {
    let startLine = line
    index += 2
    if index < source.count, source[index] == "-" || source[index] == "+" { index += 1 }
    guard tag != .comment else { return try skipComment(from: startLine) }
    tokens.append(TemplateToken(kind: tag == .output ? .outputStart : .blockStart, line: startLine))
    try lexWords(of: tag)
    tokens.append(TemplateToken(kind: tag == .output ? .outputEnd : .blockEnd, line: line))
  }

  private mutating func skipComment(from startLine: Int) throws(TokenizerError) {
    while index < source.count {
      if let sign = sign(closing: .comment, at: index) {
        return close(.comment, sign)
      }
      if source[index] == "\n" { line += 1 }
      index += 1
    }
    throw .templateSyntax(line: startLine, reason: "a comment does not end")
  }

  /// The words of a tag, and its end.
  private mutating func lexWords(of tag: Tag) throws(TokenizerError) {
    let startLine = line
    var depth = 0
    while index < source.count {
      if depth == 0, let sign = sign(closing: tag, at: index) { return close(tag, sign) }
      let scalar = source[index]
      if PythonText.isSpace(scalar) {
        if scalar == "\n" { line += 1 }
        index += 1
      } else {
        let kind = try TemplateWord.next(in: source, at: &index, line: line)
        tokens.append(TemplateToken(kind: kind, line: line))
        if case .string(let text) = kind { line += text.unicodeScalars.count { $0 == "\n" } }
        if kind == .symbol("(") || kind == .symbol("[") || kind == .symbol("{") { depth += 1 }
        if kind == .symbol(")") || kind == .symbol("]") || kind == .symbol("}") { depth -= 1 }
      }
    }
    throw .templateSyntax(line: startLine, reason: "a tag does not end")
  }

  /// The sign with which a tag closes here, a space for none; nil if it does not close here.
  private func sign(closing tag: Tag, at index: Int) -> Unicode.Scalar? {
    let isSigned = source[index] == "-" || (source[index] == "+" && tag != .output)
    let start = isSigned ? index + 1 : index
    guard start + 1 < source.count, source[start] == tag.closing, source[start + 1] == "\u{7D}" else {
      return nil
    }
    return isSigned ? source[index] : " "
  }

  /// Passes over a tag's end and the white space that it takes.
  private mutating func close(_ tag: Tag, _ sign: Unicode.Scalar) {
    index += sign == " " ? 2 : 3
    let start = index
    if sign == "-" {
      while index < source.count, PythonText.isSpace(source[index]) { index += 1 }
    } else if sign != "+", tag != .output, index < source.count, source[index] == "\n" {
      index += 1
    }
    line += source[start..<index].count { $0 == "\n" }
    isAtLineStart = index > start && source[index - 1] == "\n"
  }
}
