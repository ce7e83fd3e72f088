import Foundation

/// Finds one member of a JSON object without decoding the others.
///
/// 1. Walk over the bytes once; keep the nesting depth, and skip strings whole.
/// 2. At depth 1, a string followed by a colon is a key.
/// 3. Behind the wanted key, return the bytes of the object that starts there, up to its closing brace.
///
/// The walk allocates nothing and stops at the wanted member, which graph files put first.
enum JSONMember {
  /// Where the member `name` of the top-level object lies, if it is itself an object; else nil.
  static func find(_ name: String, in data: Data) -> Range<Data.Index>? {
    var scan = Scan(data: data, at: data.startIndex)
    var depth = 0
    while let byte = scan.next() {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        guard let key = scan.skipString() else { return nil }
        guard depth == 1, scan.skipColon(), data[key].elementsEqual(name.utf8) else { continue }
        return scan.object()
      default: break
      }
      guard depth > 0 || scan.isBlank(byte) else { return nil }
    }
    return nil
  }

  private struct Scan {
    let data: Data
    var at: Data.Index

    mutating func next() -> UInt8? {
      guard at < data.endIndex else { return nil }
      defer { at += 1 }
      return data[at]
    }

    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    mutating func skipBlanks() {
      while at < data.endIndex, isBlank(data[at]) { at += 1 }
    }

    /// Moves behind the string whose opening quote was just read; returns what is between the quotes.
    mutating func skipString() -> Range<Data.Index>? {
      let start = at
      while let byte = next() {
        if byte == UInt8(ascii: "\\") { _ = next() }
        if byte == UInt8(ascii: "\"") { return start..<(at - 1) }
      }
      return nil
    }

    mutating func skipColon() -> Bool {
      skipBlanks()
      guard at < data.endIndex, data[at] == UInt8(ascii: ":") else { return false }
      at += 1
      return true
    }

    /// The object that starts here, with its braces.
    mutating func object() -> Range<Data.Index>? {
      skipBlanks()
      let start = at
      guard next() == UInt8(ascii: "{") else { return nil }
      var depth = 1
      while depth > 0 {
        guard let byte = next() else { return nil }
        if byte == UInt8(ascii: "\"") { guard skipString() != nil else { return nil } }
        if byte == UInt8(ascii: "{") { depth += 1 }
        if byte == UInt8(ascii: "}") { depth -= 1 }
      }
      return start..<at
    }
  }
}
