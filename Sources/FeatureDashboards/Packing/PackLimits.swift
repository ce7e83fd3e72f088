/// How much of each dashboard is packed.
public struct PackLimits: Sendable, Equatable, Codable {
  /// The strongest examples.
  public var top = 8
  /// Examples of each quantile.
  public var quantile = 2
  /// Tokens to either side of an example's middle.
  public var window = 32
  /// The most frequent tokens.
  public var firingTokens = 6
  /// Tokens that are raised most, by the model's own final norm.
  public var raised = 8
  /// Tokens that are lowered most.
  public var lowered = 4
  /// Tokens whose embedding is read most.
  public var embeddings = 4
  /// Co-active features.
  public var coactive = 4
  /// Bins of the histogram.
  public var bins = 16

  /// The limits of what ships.
  public init() {}

  /// The kept examples in words.
  var selection: String { "\(top) strongest, \(quantile) of each quantile, rounded" }
}
