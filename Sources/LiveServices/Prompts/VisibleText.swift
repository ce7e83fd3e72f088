import Foundation

/// Text that is shown to people: what cannot be seen, or would be obeyed, becomes a sign.
public enum VisibleText {
  /// A token's text on one line; a mark that joins what stands before it stands on a circle.
  public static func token(_ piece: String) -> String {
    guard let first = piece.unicodeScalars.first else { return "" }
    let circle = first.properties.generalCategory.isMark ? "◌" : ""
    return circle + line(piece)
  }

  /// A text on one line.
  public static func line(_ text: String) -> String { text.unicodeScalars.map(picture).joined() }

  /// What is shown for a scalar: itself, or a sign for what cannot be seen or would be obeyed.
  public static func picture(_ scalar: Unicode.Scalar) -> String {
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
