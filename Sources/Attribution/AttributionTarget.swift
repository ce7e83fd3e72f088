import LinearAlgebra
public import Transformers

/// An output that a graph explains: a direction at the final norm's output of the last position.
public struct AttributionTarget: Sendable, Equatable {
  /// The token's text, or the direction's name.
  public var label: String
  /// The token id; for a direction that is no token, the size of the vocabulary plus the target's place.
  public var vocabularyIndex: Int
  /// What the target counts in the influence: a token's probability.
  public var weight: Float
  /// The direction that is read, `[dModel]`.
  public var direction: [Float]

  /// Describes a target.
  public init(label: String, vocabularyIndex: Int, weight: Float, direction: [Float]) {
    self.label = label
    self.vocabularyIndex = vocabularyIndex
    self.weight = weight
    self.direction = direction
  }
}

/// The model's outputs at the last position, and the targets that can be made of them.
public struct TargetChooser: Sendable {
  private let unembedding: StoredMatrix
  private let meanRow: [Float]
  private let probabilities: [Float]
  private let label: @Sendable (Int) -> String

  /// Prepares the choice for a prompt.
  ///
  /// - Parameters:
  ///   - logits: The logits of the last position, `[dVocab]`.
  ///   - label: The text of a token.
  public init(_ transformer: Transformer, logits: [Float], label: @escaping @Sendable (Int) -> String) {
    unembedding = transformer.weights.unembedding.weight
    meanRow = unembedding.meanRow()
    probabilities = softmax(logits)
    self.label = label
  }

  /// The probability of each token, `[dVocab]`.
  public var tokenProbabilities: [Float] { probabilities }

  /// Returns the most probable tokens until their probabilities reach `mass`, at most `count` of them.
  public func salient(count: Int, mass: Float) -> [AttributionTarget] {
    let order = probabilities.indices.sorted { (probabilities[$0], $1) > (probabilities[$1], $0) }
    var sum: Float = 0
    var chosen: [Int] = []
    for token in order.prefix(max(count, 1)) {
      chosen.append(token)
      sum += probabilities[token]
      if sum >= mass { break }
    }
    return tokens(chosen)
  }

  /// Returns targets for given tokens, in the order given.
  public func tokens(_ ids: [Int]) -> [AttributionTarget] {
    ids.map { id in
      AttributionTarget(
        label: label(id), vocabularyIndex: id, weight: probabilities[id], direction: centred(id))
    }
  }

  /// Returns the target that reads how much more likely a token becomes than another: their logits' difference.
  public func difference(_ token: Int, minus other: Int) -> AttributionTarget {
    let direction = zip(centred(token), centred(other)).map { $0 - $1 }
    return AttributionTarget(
      label: "\(label(token)) − \(label(other))", vocabularyIndex: probabilities.count, weight: 1,
      direction: direction)
  }

  /// The unembedding of a token less the mean over the vocabulary.
  private func centred(_ id: Int) -> [Float] {
    zip(unembedding.gathered([id]).storage, meanRow).map { $0 - $1 }
  }
}
