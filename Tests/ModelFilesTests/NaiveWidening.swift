import LinearAlgebra

/// The naive twin of the widening kernels: one element at a time, from the definition of its format.
struct NaiveWidening {
  let format: ElementFormat
  let bytes: [UInt8]

  /// All elements of the bytes.
  var floats: [Float] {
    let blocks = bytes.count / format.bytesPerBlock
    return (0..<blocks * format.blockLength).map { element in
      let (block, index) = element.quotientAndRemainder(dividingBy: format.blockLength)
      return value(index, in: Array(bytes[block * format.bytesPerBlock..<(block + 1) * format.bytesPerBlock]))
    }
  }

  private func value(_ i: Int, in b: [UInt8]) -> Float {
    switch format {
    case .f32: Float(bitPattern: UInt32(word(b, 0)) | UInt32(word(b, 2)) << 16)
    case .f16: Self.half(word(b, 0))
    case .bf16: Float(bitPattern: UInt32(word(b, 0)) << 16)
    case .q4_0: half(b, 0) * Float(nibble(b, 2, i) - 8)
    case .q4_1: half(b, 0) * Float(nibble(b, 4, i)) + half(b, 2)
    case .q5_0: half(b, 0) * Float(nibble(b, 6, i) + 16 * bit(b, 2, i) - 16)
    case .q5_1: half(b, 0) * Float(nibble(b, 8, i) + 16 * bit(b, 4, i)) + half(b, 2)
    case .q8_0: half(b, 0) * Float(Int8(bitPattern: b[2 + i]))
    case .q4_K: scaled(b, i, Int(b[16 + i / 64 * 32 + i % 32]) >> (i / 32 % 2 * 4) & 15)
    case .q5_K:
      scaled(
        b, i,
        Int(b[48 + i / 64 * 32 + i % 32]) >> (i / 32 % 2 * 4) & 15 + 16
          * (Int(b[16 + i % 32]) >> (i / 32) & 1))
    case .q6_K: q6(b, i)
    }
  }

  /// Element `i` of the K formats: q × (scale × 6-bit scale) − (minimum × 6-bit minimum) of its 32.
  private func scaled(_ b: [UInt8], _ i: Int, _ q: Int) -> Float {
    let s = i / 32
    let p = b[4..<16].map { Int($0) }
    let scale = s < 4 ? p[s] & 63 : p[s + 4] & 15 + 16 * (p[s - 4] >> 6)
    let minimum = s < 4 ? p[s + 4] & 63 : p[s + 4] >> 4 + 16 * (p[s] >> 6)
    return half(b, 0) * Float(scale) * Float(q) - half(b, 2) * Float(minimum)
  }

  private func q6(_ b: [UInt8], _ i: Int) -> Float {
    let (part, rest) = i.quotientAndRemainder(dividingBy: 128)
    let (quarter, j) = rest.quotientAndRemainder(dividingBy: 32)
    let low = Int(b[64 * part + 32 * (quarter % 2) + j]) >> (quarter / 2 * 4) & 15
    let high = Int(b[128 + 32 * part + j]) >> (2 * quarter) & 3
    let scale = Float(Int8(bitPattern: b[192 + i / 16]))
    return half(b, 208) * scale * Float(low + 16 * high - 32)
  }

  private func word(_ b: [UInt8], _ at: Int) -> UInt16 { UInt16(b[at]) + UInt16(b[at + 1]) << 8 }

  private func half(_ b: [UInt8], _ at: Int) -> Float { Self.half(word(b, at)) }

  /// Element `i` of 16 bytes of nibbles: low nibbles first.
  private func nibble(_ b: [UInt8], _ at: Int, _ i: Int) -> Int {
    i < 16 ? Int(b[at + i] & 15) : Int(b[at + i - 16] >> 4)
  }

  private func bit(_ b: [UInt8], _ at: Int, _ i: Int) -> Int { Int(b[at + i / 8] >> (i % 8)) & 1 }

  /// The number that 16 bits stand for, by the definition of IEEE 754's binary16.
  static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 1 ? -1 : 1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    switch exponent {
    case 0: return sign * fraction * Float(sign: .plus, exponent: -24, significand: 1)
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  }
}
