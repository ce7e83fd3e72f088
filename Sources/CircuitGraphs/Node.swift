/// A node of an attribution graph.
public enum Node: Hashable, Sendable {
  /// A feature that is active at a position.
  case feature(FeatureNode)
  /// What a layer's transcoder fails to reconstruct of the MLP's output at a position.
  case error(layer: Int, position: Int)
  /// The embedding of the prompt's token at a position.
  case token(position: Int)
  /// An output that the graph explains; rank 0 is the most probable one.
  case logit(rank: Int)
}

extension Node: CustomStringConvertible {
  /// A short name: `F:layer:position:index`, `E:layer:position`, `T:position` or `L:rank`.
  public var description: String {
    switch self {
    case .feature(let feature): "F:\(feature.layer):\(feature.position):\(feature.index)"
    case .error(let layer, let position): "E:\(layer):\(position)"
    case .token(let position): "T:\(position)"
    case .logit(let rank): "L:\(rank)"
    }
  }
}

/// An output that a graph explains: a vocabulary entry, or a direction that the caller made up.
public struct LogitNode: Hashable, Sendable {
  /// The token id; for a direction that is no token, the size of the vocabulary plus the target's rank.
  public let vocabularyIndex: Int
  /// The token's text, or the direction's name.
  public let label: String
  /// The probability of the token, or the weight of the direction; it is not renormalised over the targets.
  public let probability: Float

  /// Describes an output by its index, its text and its probability.
  public init(vocabularyIndex: Int, label: String, probability: Float) {
    self.vocabularyIndex = vocabularyIndex
    self.label = label
    self.probability = probability
  }
}
