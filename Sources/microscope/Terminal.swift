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

  /// Writes a text and a line break to standard output at once.
  static func say(_ text: String) throws(CommandError) { try write(text + "\n") }

  /// Writes a text to standard output at once.
  static func write(_ text: String) throws(CommandError) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw CommandError("Cannot write to standard output: check what it is redirected to.")
    }
  }

  /// Writes to standard error, which may be closed.
  static func note(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Shows `text` on a line that the next call overwrites, when a person watches.
  static func progress(_ text: String) {
    if showsProgress { note("\r\u{1B}[K" + text.prefix(max(1, columns - 1))) }
  }

  /// The width of the terminal behind standard error; a longer line could not be overwritten.
  private static var columns: Int {
    var size = winsize()
    let isKnown = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Prints a value as JSON with sorted keys.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try say(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
