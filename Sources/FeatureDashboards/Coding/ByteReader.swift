/// Reads what a ``ByteWriter`` wrote; refuses what it cannot have written.
struct ByteReader {
  /// The bytes end too early or say something impossible.
  struct Malformed: Error {}

  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// Whether everything was read.
  var isAtEnd: Bool { place == bytes.count }

  private mutating func next() throws(Malformed) -> UInt8 {
    guard place < bytes.count else { throw Malformed() }
    defer { place += 1 }
    return bytes[place]
  }

  /// Reads a number from 0 on.
  mutating func int(atMost limit: Int = Int.max) throws(Malformed) -> Int {
    var (value, shift) = (UInt64(0), UInt64(0))
    while true {
      let byte = try next()
      guard shift < 63 else { throw Malformed() }
      value |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 { break }
    }
    guard limit >= 0, value <= UInt64(limit) else { throw Malformed() }
    return Int(value)
  }

  /// Reads a number of either sign.
  mutating func signedInt() throws(Malformed) -> Int {
    let value = try int()
    return (value >> 1) ^ -(value & 1)
  }

  /// Reads four bytes.
  mutating func float() throws(Malformed) -> Float { Float(bitPattern: try bits()) }

  /// Reads eight bytes.
  mutating func double() throws(Malformed) -> Double { Double(bitPattern: try bits()) }

  /// Reads the bytes of an integer.
  mutating func bits<Bits: FixedWidthInteger>() throws(Malformed) -> Bits {
    var value: Bits = 0
    for shift in stride(from: 0, to: Bits.bitWidth, by: 8) {
      value |= Bits(truncatingIfNeeded: try next()) << shift
    }
    return value
  }

  /// Reads a text.
  mutating func text() throws(Malformed) -> String {
    guard let text = String(validating: try raw(try int()), as: UTF8.self) else { throw Malformed() }
    return text
  }

  /// Reads `count` bytes.
  mutating func raw(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= bytes.count - place else { throw Malformed() }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// Reads a count and that many elements, each of which takes at least a byte.
  mutating func each<Value>(_ read: (inout ByteReader) throws(Malformed) -> Value) throws(Malformed)
    -> [Value]
  {
    let count = try int(atMost: bytes.count - place)
    var values: [Value] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }
}
