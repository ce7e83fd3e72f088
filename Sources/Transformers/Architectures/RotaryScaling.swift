import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How rotary frequencies are stretched for contexts longer than those of the first training.
enum RotaryScaling: Sendable, Equatable {
  /// Not at all.
  case none
  /// All are divided by `factor` (`rope_type: linear`).
  case linear(factor: Double)
  /// Long waves are slowed, short ones kept, those between blended (`rope_type: llama3`).
  case llama3(Llama3)
  /// Each is divided by a number of its own.
  case divisors([Float])

  /// The numbers of `rope_type: llama3`.
  struct Llama3: Sendable, Equatable {
    var factor: Double
    var lowFrequencyFactor: Double
    var highFrequencyFactor: Double
    var originalContextLength: Double
  }

  /// Returns the angle per position of each pair, `[width / 2]`: base^(−2i / width) for pair i, stretched.
  func frequencies(base: Double, width: Int) -> [Double] {
    let plain = (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) }
    return switch self {
    case .none: plain
    case .linear(let factor): plain.map { $0 / factor }
    case .llama3(let numbers): plain.map(numbers.scaled)
    case .divisors(let divisors): zip(plain, divisors).map { $0 / Double($1) }
    }
  }
}

extension RotaryScaling.Llama3 {
  /// Returns the frequency after scaling.
  func scaled(_ frequency: Double) -> Double {
    let wavelength = 2 * Double.pi / frequency
    if wavelength < originalContextLength / highFrequencyFactor { return frequency }
    if wavelength > originalContextLength / lowFrequencyFactor { return frequency / factor }
    let smooth =
      (originalContextLength / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - smooth) * frequency / factor + smooth * frequency
  }
}
