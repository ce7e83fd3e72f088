import LinearAlgebra
import SpecimenTraining

/// Sequences that are lines of a language, one after the other behind `<s>`.
struct LineSource: SequenceSource {
  let lexicon: Lexicon
  /// The most tokens of a sequence; the first line is longer by nobody's choice.
  let length: Int
  /// Draws a line.
  let line: @Sendable (inout SplitMix64) -> Line

  func sequence(_ index: Int, seed: UInt64) -> TrainingSequence {
    var random = SplitMix64(index, seed: seed)
    var tokens = [lexicon[Lexicon.beginning]]
    var weights: [Float] = []
    while true {
      let line = line(&random)
      guard tokens.count == 1 || tokens.count + line.words.count <= length else { break }
      tokens += line.words.map { lexicon[$0] }
      weights += line.weights
      if tokens.count >= length { break }
    }
    return TrainingSequence(tokens: tokens, weights: weights)
  }
}

extension SplitMix64 {
  /// Starts the random numbers of one thing among many that share a seed.
  init(_ index: Int, seed: UInt64) {
    var first = SplitMix64(seed: seed)
    var second = SplitMix64(seed: first.next() ^ (UInt64(bitPattern: Int64(index)) &* 0xd134_2543_de82_ef95))
    self.init(seed: second.next())
  }

  /// Draws one of several things.
  mutating func pick<T>(_ things: [T]) -> T { things[Int.random(in: 0..<things.count, using: &self)] }

  /// Draws whether something happens that does with this probability.
  mutating func happens(_ probability: Double) -> Bool {
    Double(next() >> 11) < probability * 0x1p53
  }

  /// Draws a number by weights.
  mutating func pick(weights: [Double]) -> Int {
    var left = Double(next() >> 11) * 0x1p-53 * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.count - 1
  }
}

/// Which combinations training never shows.
struct HeldOut: Sendable {
  /// What tells one choice from another.
  let salt: UInt64
  /// The share that is held out.
  let share: Double

  /// Whether a combination is held out; it depends on no seed of a run.
  func contains(_ parts: Int...) -> Bool {
    var mixed = salt
    for part in parts {
      var random = SplitMix64(seed: mixed ^ UInt64(bitPattern: Int64(part)))
      mixed = random.next()
    }
    return Double(mixed >> 11) < share * 0x1p53
  }
}
