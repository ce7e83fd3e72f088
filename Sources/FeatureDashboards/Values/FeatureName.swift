/// A feature of a transcoder set, wherever it is active: `12/845` is feature 845 of layer 12.
public struct FeatureName: Hashable, Comparable, Sendable, Codable {
  /// The layer that the feature reads.
  public var layer: Int
  /// The feature's index in its layer.
  public var index: Int

  /// Names a feature.
  public init(layer: Int, index: Int) {
    self.layer = layer
    self.index = index
  }

  /// Orders by layer, then index.
  public static func < (left: FeatureName, right: FeatureName) -> Bool {
    (left.layer, left.index) < (right.layer, right.index)
  }
}

extension FeatureName: LosslessStringConvertible {
  /// `12/845`.
  public var description: String { "\(layer)/\(index)" }

  /// Reads `12/845`; nil for anything else.
  public init?(_ description: String) {
    let parts = description.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let layer = Int(parts[0]), let index = Int(parts[1]), layer >= 0, index >= 0
    else {
      return nil
    }
    self.init(layer: layer, index: index)
  }
}
