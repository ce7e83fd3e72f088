/// What is kept of each feature, and of how much text.
public struct DashboardSettings: Sendable, Equatable, Codable {
  /// The most tokens to read.
  public var tokens = 200_000
  /// Tokens that the model reads at once, the first included.
  public var contextLength = 128
  /// Determines the order of the documents and which examples are sampled.
  public var seed: UInt64 = 0
  /// The strongest examples.
  public var topCount = 20
  /// Examples of each quantile.
  public var quantileCount = 5
  /// Tokens to either side of an example's middle.
  public var window = 32
  /// Tokens and features in a list.
  public var listLength = 10

  /// The defaults.
  public init() {}

  /// Quantiles of the activation from which examples are shown.
  static let quantiles = 4
  /// Places of a feature that are drawn at random, to take the quantiles' examples from.
  var sampleCount: Int { 2 * quantileCount * DashboardSettings.quantiles }
  /// Positions that are remembered of a feature to find those that are active where it is.
  static let sketchSize = 128
  /// Tokens that are counted for a feature at a time.
  static let countedTokens = 64
  /// Bins of a histogram.
  static let bins = 64
  /// A feature that is active at a greater share of positions has no co-active features: it would be active with all.
  static let mostCoactiveDensity = 0.2

  /// The passages that hold ``tokens``.
  var passageCount: Int { max(1, tokens / contextLength) }

  /// The kept examples in words.
  var selection: String {
    "\(topCount) strongest, \(quantileCount) of each of \(DashboardSettings.quantiles) quantiles"
  }
}
