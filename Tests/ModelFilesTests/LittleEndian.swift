extension [UInt8] {
  /// Appends a little-endian integer.
  mutating func append<T: FixedWidthInteger>(_ value: T, as type: T.Type = T.self) {
    for shift in stride(from: 0, to: T.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}
