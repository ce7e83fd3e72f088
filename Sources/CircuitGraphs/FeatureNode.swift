/// One feature that is active at one position: a node of an attribution graph.
///
/// Nodes are ordered by layer, then position, then index. That is the order in which a graph stores them.
public struct FeatureNode: Hashable, Sendable {
  /// The layer whose transcoder the feature belongs to.
  public let layer: Int
  /// The position in the prompt, 0 for its first token.
  public let position: Int
  /// The feature's index in its layer's transcoder.
  public let index: Int

  /// Names the feature `index` of `layer`, active at `position`.
  public init(layer: Int, position: Int, index: Int) {
    self.layer = layer
    self.position = position
    self.index = index
  }
}

extension FeatureNode: Comparable {
  /// Orders by layer, then position, then index.
  public static func < (left: FeatureNode, right: FeatureNode) -> Bool {
    (left.layer, left.position, left.index) < (right.layer, right.position, right.index)
  }
}
