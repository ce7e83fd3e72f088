import Foundation
import LiveServices

extension Terminal {
  /// A token's text on one line: what would move the cursor is drawn, and a mark that joins what stands before it
  /// stands on a circle.
  static func visible(_ piece: String) -> String { VisibleText.token(piece) }

  /// A message on one line, without anything that a terminal would obey.
  static func printable(_ text: String) -> String { VisibleText.line(text) }

  /// A text of several lines, without anything else that a terminal would obey.
  static func harmless(_ text: String) -> String {
    text.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? String($0) : VisibleText.picture($0) }.joined()
  }
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
