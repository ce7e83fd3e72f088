/// Which features a browser lists, and in which order.
public struct FeatureQuery: Sendable, Equatable, Codable {
  /// What features are sorted by.
  public enum Order: String, Sendable, Codable, CaseIterable {
    /// Layer, then index.
    case name
    /// The share of positions at which they are active.
    case density
    /// The greatest activation.
    case greatest
    /// The winning label's text; features without one come last.
    case label
    /// How well they match ``FeatureQuery/text``; as ``name`` without a text.
    case relevance
  }

  /// Words that labels, examples or logit tokens hold, all of them; empty for any.
  public var text = ""
  /// Only features of these layers; nil for all.
  public var layers: ClosedRange<Int>?
  /// Only features with a density in this range; nil for all.
  public var densities: ClosedRange<Double>?
  /// Only features that have a label of a person.
  public var isNamedByPerson = false
  /// What they are sorted by.
  public var order = Order.name
  /// Whether the order is reversed.
  public var isDescending = false
  /// How many to leave out at the beginning.
  public var offset = 0
  /// How many to list.
  public var limit = 50

  /// Lists all features.
  public init() {}
}

/// Some of the features that a query finds.
public struct FeaturePage: Sendable, Equatable, Codable {
  /// The features, in order.
  public var cards: [FeatureCard]
  /// How many the query finds in all; with a text, at most ``DashboardStore/mostMatches``.
  public var total: Int

  /// Puts a page together.
  public init(cards: [FeatureCard], total: Int) {
    self.cards = cards
    self.total = total
  }
}
