import LinearAlgebra
public import Transformers

/// One entry of a head's attention scores.
public struct AttentionScore: Sendable, Hashable {
  /// The layer.
  public var layer: Int
  /// The head.
  public var head: Int
  /// The position that reads.
  public var query: Int
  /// The position that is read.
  public var key: Int

  /// Names a score.
  public init(layer: Int, head: Int, query: Int, key: Int) {
    self.layer = layer
    self.head = head
    self.query = query
    self.key = key
  }

  /// Refuses a score that a prompt of `positionCount` tokens does not have, or that is no sum of products.
  public func check(
    _ configuration: TransformerConfiguration, positionCount: Int
  ) throws(AttentionScoreError) {
    let numbers = [
      ("layer", layer, configuration.layerCount), ("head", head, configuration.headCount),
      ("position", query, positionCount), ("position", key, positionCount),
    ]
    for (what, number, count) in numbers where !(0..<count).contains(number) {
      throw .outside(what: what, number: number, count: count)
    }
    let rule = configuration.attention[layer]
    guard rule.softCap == nil else { throw .softCapped }
    guard key <= query, query - key < rule.window ?? .max else { throw .unseen(query: query, key: key) }
  }
}

/// Why a score cannot be expanded.
public enum AttentionScoreError: Error, Equatable, Sendable {
  /// A number lies outside of the model or the prompt.
  case outside(what: String, number: Int, count: Int)
  /// The query does not see the key.
  case unseen(query: Int, key: Int)
  /// The model caps its scores, so they are not a sum of products.
  case softCapped
}

extension AttentionScoreError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .outside(let what, let number, let count):
      "There is no \(what) \(number): choose one from 0 to \(count - 1)."
    case .unseen(let query, let key):
      "Position \(query) does not see position \(key) in this layer: choose a key that it attends to."
    case .softCapped:
      "This model caps its attention scores, so they are not sums of products of sources: choose a model without a cap."
    }
  }
}
