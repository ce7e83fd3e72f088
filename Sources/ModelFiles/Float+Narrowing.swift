extension Float {
  /// The bits of the nearest bfloat16, ties to even; a NaN stays one.
  var bfloat16Bits: UInt16 {
    let bits = bitPattern
    if isNaN { return UInt16(bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  /// The bits of the nearest half-precision number (IEEE 754 binary16), ties to even; beyond 65,504 infinity.
  ///
  /// 1. Split sign and magnitude; NaN stays NaN, and what rounds to 2¹⁶ or more becomes infinity.
  /// 2. A normal half: move the exponent's bias from 127 to 15, and round 13 bits of fraction away.
  /// 3. A subnormal half: adding ½ shifts the fraction so that its last bit is 2⁻²⁴, rounding as addition
  /// does.
  var halfBits: UInt16 {
    let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000
    let magnitude = bitPattern & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 | UInt16(truncatingIfNeeded: magnitude >> 13 & 0x1FF) }
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      let shifted = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern - (0.5 as Float).bitPattern)
    }
    let rounded = magnitude + 0xFFF + (magnitude >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded - 0x3800_0000) >> 13)
  }
}
