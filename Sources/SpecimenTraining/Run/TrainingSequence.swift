/// Tokens to learn from, and how much each prediction counts.
public struct TrainingSequence: Sendable, Equatable {
  /// Token ids below the vocabulary's size, at least two; the first one should be the token that begins prompts.
  public var tokens: [Int]
  /// `weights[i]` is the weight, in the loss, of predicting `tokens[i + 1]` at position i; one fewer than there are tokens.
  public var weights: [Float]

  /// Makes a sequence; by default every prediction counts the same.
  public init(tokens: [Int], weights: [Float]? = nil) {
    let weights = weights ?? Array(repeating: 1, count: max(0, tokens.count - 1))
    precondition(
      tokens.count > 1 && weights.count == tokens.count - 1,
      "\(tokens.count) tokens, \(weights.count) weights")
    self.tokens = tokens
    self.weights = weights
  }
}

/// An endless supply of sequences, each of which can be asked for by its number.
///
/// A sequence depends on its number and the seed alone, so that a run which goes on later, or with other threads, sees the
/// same ones.
public protocol SequenceSource: Sendable {
  /// Returns the sequence of a number, from 0.
  func sequence(_ index: Int, seed: UInt64) -> TrainingSequence
}
