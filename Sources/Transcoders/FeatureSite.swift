/// A feature at a position: where a graph's feature node stands.
public struct FeatureSite: Hashable, Comparable, Sendable {
  /// The layer that the feature reads.
  public var layer: Int
  /// The position in the prompt.
  public var position: Int
  /// The feature's index in its layer.
  public var index: Int

  /// Names a feature at a position.
  public init(layer: Int, position: Int, index: Int) {
    self.layer = layer
    self.position = position
    self.index = index
  }

  /// Orders by layer, then position, then index.
  public static func < (left: FeatureSite, right: FeatureSite) -> Bool {
    (left.layer, left.position, left.index) < (right.layer, right.position, right.index)
  }
}
