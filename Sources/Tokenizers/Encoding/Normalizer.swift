import Foundation

/// A rewriting of the text before it is split into words.
enum Normalizer: Sendable {
  /// Replaces every occurrence of a non-empty byte string.
  case replace([UInt8], with: [UInt8])
  /// Puts bytes before each non-empty stretch of text between special pieces.
  case prepend([UInt8])
  /// Puts bytes before the text if it is not empty, but not after a special piece.
  case prependToText([UInt8])
  /// Unicode's canonical composition.
  case composition

  /// The rewritten text; `isFirst` tells that it is the beginning of the whole.
  func apply(to text: [UInt8], isFirst: Bool) -> [UInt8] {
    switch self {
    case .replace(let pattern, let replacement):
      return UTF8Text.replacing(pattern, with: replacement, in: text)
    case .prepend(let prefix):
      return text.isEmpty ? text : prefix + text
    case .prependToText(let prefix):
      return text.isEmpty || !isFirst ? text : prefix + text
    case .composition:
      // No scalar below U+0300 (first byte 0xCC) takes part in a composition on its own.
      guard text.contains(where: { $0 >= 0xCC }) else { return text }
      return Array(String(decoding: text, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
    }
  }
}
