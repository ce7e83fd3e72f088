import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Terminal {
  /// The columns of the terminal behind standard output; 100 for a file or pipe.
  static var width: Int {
    var size = winsize()
    let isKnown = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return isKnown && size.ws_col > 0 ? max(40, Int(size.ws_col)) : 100
  }

  /// Whether standard output shows colours: a terminal that is no `dumb` one, unless `NO_COLOR` is set.
  static var showsColours: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb"
      && environment["NO_COLOR"]?.isEmpty ?? true
  }

  /// A text on a ground as warm as `heat`, from 0 to 1; without colours, marked where it is warm.
  static func heated(_ text: String, _ heat: Float, colours: Bool) -> String {
    guard heat > 0, !text.isEmpty else { return text }
    guard colours else { return heat >= 0.3 ? "«\(text)»" : text }
    let grounds = [230, 223, 216, 209, 202]
    let ground = grounds[min(grounds.count - 1, Int(heat * Float(grounds.count)))]
    return "\u{1B}[48;5;\(ground)m\u{1B}[38;5;16m\(text)\u{1B}[0m"
  }

  /// A text in bold letters, where the terminal has them.
  static func strong(_ text: String) -> String { showsColours ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  /// A text that stands back, where the terminal can show that.
  static func faint(_ text: String) -> String { showsColours ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}

extension StringProtocol {
  /// How many columns a terminal gives to the text.
  var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

  /// The beginning that fits into some columns, with … where something was cut off.
  func fitting(_ limit: Int) -> String {
    guard columns > limit else { return String(self) }
    var (result, used) = ("", 0)
    for character in self {
      let width = String(character).columns
      guard used + width < limit else { break }
      result.append(character)
      used += width
    }
    return result + "…"
  }

  /// The text with blanks behind it up to some columns.
  func filling(_ width: Int) -> String {
    String(self) + String(repeating: " ", count: Swift.max(0, width - columns))
  }
}

extension Unicode.Scalar {
  /// 2 for what East Asian scripts write wide, 0 for what is drawn on the letter before.
  fileprivate var columns: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
