import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is printed, and where.
enum Terminal {
  /// Whether a person watches standard error.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes to standard error.
  static func note(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Writes a line to standard output at once, even when that is a file or a pipe.
  static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  /// Shows `text` on a line that the next call overwrites, when a person watches.
  static func progress(_ text: String) {
    if showsProgress { note("\r\u{1B}[K" + text) }
  }

  /// Prints a value as JSON with sorted keys.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// A token's text with its spaces and line breaks made visible.
  static func visible(_ piece: String) -> String {
    piece.replacing("\n", with: "⏎").replacing("\t", with: "⇥")
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
