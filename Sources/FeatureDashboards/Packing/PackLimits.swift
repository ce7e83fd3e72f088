/// How much of each dashboard is packed.
public struct PackLimits: Sendable, Equatable, Codable {
  /// The strongest examples.
  public var top = 5
  /// Examples of each quantile.
  public var quantile = 1
  /// Tokens to either side of an example's middle.
  public var window = 16
  /// The most frequent tokens.
  public var firingTokens = 5
  /// Tokens that are raised most, by the model's own final norm.
  public var raised = 6
  /// Tokens that are lowered most.
  public var lowered = 3
  /// Tokens whose embedding is read most.
  public var embeddings = 3
  /// Co-active features.
  public var coactive = 3
  /// Bins of the histogram.
  public var bins = 16

  /// The limits of what ships.
  public init() {}

  /// The kept examples in words.
  var selection: String { "\(top) strongest, \(quantile) of each quantile, rounded" }
}
