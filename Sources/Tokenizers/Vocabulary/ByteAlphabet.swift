/// The 256 printable characters by which byte-level BPE (GPT-2) spells bytes in its vocabulary.
///
/// Printable Latin-1 bytes stand for themselves; the other 68 bytes are, in order, U+0100 and up.
struct ByteAlphabet {
  /// The byte of each scalar below U+0144, −1 where there is none.
  private var byteOfScalar = [Int16](repeating: -1, count: 0x144)

  /// Builds the table.
  init() {
    var next = 0x100
    for byte in 0..<256 {
      let isPrintable =
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      byteOfScalar[isPrintable ? byte : next] = Int16(byte)
      if !isPrintable { next += 1 }
    }
  }

  /// The bytes that a piece spells, or nil if a character of it is not of the alphabet.
  ///
  /// The alphabet's characters take one or two UTF-8 bytes, so they are decoded here in place.
  func bytes(ofPiece piece: some Sequence<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var lead: UInt8 = 0
    for unit in piece {
      var scalar = Int(unit)
      if lead != 0 {
        guard unit & 0xC0 == 0x80 else { return nil }
        scalar = Int(lead & 0x1F) << 6 | Int(unit & 0x3F)
        lead = 0
      } else if unit >= 0x80 {
        guard (0xC2...0xC5).contains(unit) else { return nil }
        lead = unit
        continue
      }
      guard scalar < byteOfScalar.count, byteOfScalar[scalar] >= 0 else { return nil }
      result.append(UInt8(byteOfScalar[scalar]))
    }
    return lead == 0 ? result : nil
  }
}
