import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How rotary frequencies are stretched for contexts longer than those of the first training (`rope_type: llama3`).
struct RotaryScaling: Sendable {
  var factor: Double
  var lowFrequencyFactor: Double
  var highFrequencyFactor: Double
  var originalContextLength: Double

  /// Returns the frequency after scaling: long waves are slowed, short ones kept, those between blended.
  func scaled(_ frequency: Double) -> Double {
    let wavelength = 2 * Double.pi / frequency
    if wavelength < originalContextLength / highFrequencyFactor { return frequency }
    if wavelength > originalContextLength / lowFrequencyFactor { return frequency / factor }
    let smooth =
      (originalContextLength / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - smooth) * frequency / factor + smooth * frequency
  }
}

extension RotaryTable {
  /// Makes the usual table, frequency of pair i = base^(−2i / width), scaled where `scaling` is given.
  init(base: Double, width: Int, scaling: RotaryScaling? = nil) {
    let frequencies = (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) }
    self.init(frequencies: scaling.map { frequencies.map($0.scaled) } ?? frequencies)
  }

  /// Makes the usual table with the frequency of pair i divided by `divisors[i]`.
  init(base: Double, width: Int, divisors: [Float]) {
    let plain = (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) }
    self.init(frequencies: zip(plain, divisors).map { $0 / Double($1) })
  }
}
