/// The features that are active at each place of a text.
public protocol ActivityReader: Sendable {
  /// Reads a text as the dashboards' corpus was read, and returns, for each of its places, the active features with their
  /// activations; none at places that dashboards do not count.
  func activity(_ tokens: [Int]) -> [[(name: FeatureName, value: Float)]]

  /// Whether dashboards count a place of a text.
  func counts(_ place: Int, of tokens: [Int]) -> Bool
}
