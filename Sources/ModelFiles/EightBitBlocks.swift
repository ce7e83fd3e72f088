public import LinearAlgebra

// Numbers as GGUF's Q8_0, in safetensors, which has no name for it: a tensor U8 of the same rows, each as long as the
// bytes of its blocks.

extension Matrix {
  /// The numbers as blocks of Q8_0: a half-precision scale, then 32 signed bytes, value = byte · scale.
  ///
  /// 1. A block's scale is its largest magnitude / 127, rounded up to half precision, so that nothing is cut off.
  /// 2. Each number is divided by the scale and rounded to the nearest byte, ties to even: it moves by at most half a
  ///    scale.
  ///
  /// - Returns: `rows · columns / 32 · 34` bytes, or nil when a magnitude is above 127 · 65,504 or not a number.
  public func eightBitBlocks() -> [UInt8]? {
    precondition(columns % 32 == 0, "\(columns) columns do not fill blocks of 32")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(storage.count / 32 * 34)
    for start in stride(from: 0, to: storage.count, by: 32) {
      let block = storage[start..<start + 32]
      // A sum of magnitudes is not finite when one of them is not a number.
      let (largest, sum) = block.reduce((Float(0), Float(0))) { (max($0.0, abs($1)), $0.1 + abs($1)) }
      let scale = (largest / 127).halfBitsAbove
      guard sum.isFinite, let scale else { return nil }
      bytes += [UInt8(truncatingIfNeeded: scale.bits), UInt8(scale.bits >> 8)]
      let divisor = max(scale.value, .leastNonzeroMagnitude)
      for value in block {
        let near = (value / divisor).rounded(.toNearestOrEven)
        bytes.append(UInt8(bitPattern: Int8(min(127, max(-127, near)))))
      }
    }
    return bytes
  }
}

extension StoredTensor {
  /// Returns a tensor of bytes as the Q8_0 matrix that they are, in place.
  ///
  /// - Throws: When the tensor is not U8 of `rows` rows of whole blocks, or a scale is not a finite number.
  public func eightBitMatrix() throws(ModelFileError) -> StoredMatrix {
    guard type == .integer(.u8), shape.count == 2, shape[1] % ElementFormat.q8_0.bytesPerBlock == 0 else {
      throw mismatch("U8 rows of whole Q8_0 blocks")
    }
    let length = ElementFormat.q8_0.bytesPerBlock
    let isFinite = unsafe bytes.withUnsafeBytes { buffer in
      // The exponent of a half-precision number is all ones when it is not finite.
      stride(from: 1, to: buffer.count, by: length).allSatisfy { unsafe buffer[$0] & 0x7C != 0x7C }
    }
    guard isFinite else {
      throw .malformed(path: file, problem: "\(quoted(name)) has a scale that is no number")
    }
    return StoredMatrix(
      rows: shape[0], columns: shape[1] / length * ElementFormat.q8_0.blockLength, format: .q8_0, bytes: bytes
    )
  }
}

extension Float {
  /// The least half-precision number that is not below this one, which is not negative, with its bits; nil beyond the
  /// largest.
  fileprivate var halfBitsAbove: (bits: UInt16, value: Float)? {
    let nearest = halfBits
    let bits = Float(halfBits: nearest) < self ? nearest + 1 : nearest
    let value = Float(halfBits: bits)
    return value.isFinite ? (bits, value) : nil
  }

  /// The value of the bits of a half-precision number that is not negative.
  private init(halfBits bits: UInt16) {
    let (exponent, fraction) = (Int(bits >> 10), Float(bits & 0x3FF))
    switch exponent {
    case 0: self = fraction * 0x1p-24
    case 31: self = fraction == 0 ? .infinity : .nan
    default: self = Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}
