/// Writes numbers one after another in few bytes.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  /// Appends a number from 0 on in groups of seven bits, the lowest first.
  mutating func append(_ value: Int) {
    var rest = UInt64(value)
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Appends a number of either sign, below 2⁶² in magnitude.
  mutating func append(signed value: Int) { append((value << 1) ^ (value >> 63)) }

  /// Appends the four bytes of a number.
  mutating func append(_ value: Float) { append(bits: value.bitPattern) }

  /// Appends the eight bytes of a number.
  mutating func append(_ value: Double) { append(bits: value.bitPattern) }

  /// Appends the bytes of an integer, the lowest first.
  mutating func append<Bits: FixedWidthInteger>(bits: Bits) {
    for shift in stride(from: 0, to: Bits.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
  }

  /// Appends a text with its length.
  mutating func append(_ text: String) {
    append(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  /// Appends bytes without their count.
  mutating func append(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

  /// Appends the number of elements, and each of them.
  mutating func append<Values: Collection>(
    each values: Values, _ write: (inout ByteWriter, Values.Element) -> Void
  ) {
    append(values.count)
    for value in values { write(&self, value) }
  }
}
