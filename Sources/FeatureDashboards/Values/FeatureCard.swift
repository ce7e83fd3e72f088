/// A feature at a glance, for a list or a hover.
public struct FeatureCard: Sendable, Equatable, Codable {
  /// The feature.
  public var name: FeatureName
  /// Its winning label.
  public var label: FeatureLabel?
  /// The share of positions at which it is active.
  public var density: Double
  /// Its greatest activation.
  public var greatest: Float
  /// Its strongest examples.
  public var examples: [FeatureExample]

  /// Puts a card together.
  public init(
    name: FeatureName, label: FeatureLabel?, density: Double, greatest: Float, examples: [FeatureExample]
  ) {
    self.name = name
    self.label = label
    self.density = density
    self.greatest = greatest
    self.examples = examples
  }
}
