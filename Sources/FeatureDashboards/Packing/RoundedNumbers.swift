import Foundation

/// Numbers in few bits.
enum RoundedNumbers {
  /// The upper half of a number's bits, which is off by at most 1/256 of it.
  static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  /// The same of a number from 0 on, but never less than it.
  static func halfAbove(_ value: Float) -> UInt16 {
    UInt16(truncatingIfNeeded: (value.bitPattern &+ 0xFFFF) >> 16)
  }

  /// The number of such bits.
  static func number(_ half: UInt16) -> Float { Float(bitPattern: UInt32(half) << 16) }

  /// A part of `whole` in 255ths.
  static func part(_ value: Float, of whole: Float) -> UInt8 {
    let part = value / whole * 255
    return whole > 0 && part.isFinite ? UInt8(max(0, min(255, part.rounded()))) : 0
  }

  /// The number of such a part.
  static func number(_ part: UInt8, of whole: Float) -> Float { Float(part) / 255 * whole }

  /// A count on a scale of quarters of powers of two, which is off by at most a tenth of it, or 1, and exact up to 5.
  static func scaled(_ count: Int) -> UInt8 {
    count < 6 ? UInt8(max(0, count)) : UInt8((4 * log2(Double(count))).rounded() - 5)
  }

  /// The count of such a place on the scale.
  static func count(_ scaled: UInt8) -> Int {
    scaled < 6 ? Int(scaled) : Int(exp2(Double(min(scaled, 240) + 5) / 4).rounded())
  }
}
