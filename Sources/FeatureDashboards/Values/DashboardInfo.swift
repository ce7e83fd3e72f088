/// What the dashboards of one store were made from.
public struct DashboardInfo: Sendable, Equatable, Codable {
  /// The features' identity (``BasisIdentity``); a store is never shown for other features.
  public var identity: String
  /// The transcoder set's name, or `neurons`.
  public var basis: String
  /// The model's name.
  public var model: String
  /// The features of each layer.
  public var featureCounts: [Int]
  /// What text was read, in words.
  public var corpus: String
  /// The tokens of it that were read.
  public var tokenCount: Int
  /// The positions that were counted: all but those that hold the token that begins contexts.
  public var positionCount: Int
  /// What is kept of each feature's examples, in words.
  public var selection: String

  /// Describes a store.
  public init(
    identity: String, basis: String, model: String, featureCounts: [Int], corpus: String = "",
    tokenCount: Int = 0, positionCount: Int = 0, selection: String = ""
  ) {
    self.identity = identity
    self.basis = basis
    self.model = model
    self.featureCounts = featureCounts
    self.corpus = corpus
    self.tokenCount = tokenCount
    self.positionCount = positionCount
    self.selection = selection
  }

  /// Whether there is such a feature.
  public func has(_ name: FeatureName) -> Bool {
    featureCounts.indices.contains(name.layer) && name.index >= 0 && name.index < featureCounts[name.layer]
  }
}

/// A stretch of the corpus that the model read at once.
public struct Passage: Sendable, Equatable, Codable {
  /// Its number, from 0.
  public var id: Int
  /// Token ids.
  public var tokens: [Int]
  /// The document of each token.
  public var documents: [Int]

  /// Cuts out a passage.
  public init(id: Int, tokens: [Int], documents: [Int]) {
    self.id = id
    self.tokens = tokens
    self.documents = documents
  }
}
