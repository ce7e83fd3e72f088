import Foundation

extension Terminal {
  /// A token's text on one line: what would move the cursor is drawn, and a mark that joins what stands before it
  /// stands on a circle.
  static func visible(_ piece: String) -> String {
    guard let first = piece.unicodeScalars.first else { return "" }
    let circle = first.properties.generalCategory.isMark ? "◌" : ""
    return circle + piece.unicodeScalars.map(picture).joined()
  }

  /// A message on one line, without anything that a terminal would obey.
  static func printable(_ text: String) -> String { text.unicodeScalars.map(picture).joined() }

  /// A text of several lines, without anything else that a terminal would obey.
  static func harmless(_ text: String) -> String {
    text.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? String($0) : picture($0) }.joined()
  }

  /// What is shown for a scalar: itself, or a sign for what cannot be seen or would be obeyed.
  private static func picture(_ scalar: Unicode.Scalar) -> String {
    switch (scalar.value, scalar.properties.generalCategory) {
    case (0x0A, _): return "⏎"
    case (0x09, _): return "⇥"
    case (0..<0x20, _): return Unicode.Scalar(0x2400 + scalar.value).map { String($0) } ?? "\u{FFFD}"
    case (0x7F, _): return "␡"
    case (0x200C...0x200D, _): return String(scalar)
    case (_, .control), (_, .format), (_, .lineSeparator), (_, .paragraphSeparator):
      return "<U+" + String(scalar.value, radix: 16, uppercase: true) + ">"
    default: return String(scalar)
    }
  }
}

extension Unicode.GeneralCategory {
  /// Whether a scalar of this kind is drawn on the one before it.
  fileprivate var isMark: Bool { self == .nonspacingMark || self == .enclosingMark || self == .spacingMark }
}

extension Double {
  /// The number with `digits` digits behind the point.
  func rounded(to digits: Int) -> String { String(format: "%.\(digits)f", self) }
}

extension Int {
  /// The number with its thousands set apart.
  var grouped: String {
    let digits = String(magnitude)
    let head = digits.count % 3
    var groups = head > 0 ? [String(digits.prefix(head))] : []
    var rest = digits.dropFirst(head)
    while !rest.isEmpty {
      groups.append(String(rest.prefix(3)))
      rest = rest.dropFirst(3)
    }
    return (self < 0 ? "−" : "") + groups.joined(separator: ",")
  }
}
