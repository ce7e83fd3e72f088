/// What is known of a feature: where it is active in a corpus, and what it writes.
public struct FeatureDashboard: Sendable, Equatable, Codable {
  /// The feature.
  public var name: FeatureName
  /// The share of the corpus's positions at which the feature is active.
  public var density: Double
  /// The positions at which it is active.
  public var activePositions: Int
  /// Its mean activation over those; 0 for a feature that never is active.
  public var meanActivation: Double
  /// The least and the greatest activation among positions where it is active; both 0 for a feature that never is.
  public var activationRange: ActivationRange
  /// How its activations are spread.
  public var histogram: ActivationHistogram
  /// Examples by strength: the strongest first, then one group for each quantile.
  public var exampleGroups: [ExampleGroup]
  /// The tokens at which it is active most often.
  public var firingTokens: [FiringToken]
  /// What it writes straight to the logits, W_U · decoder, by token.
  public var logitEffects: TokenEffects
  /// The same through the model's own final norm, at its usual scale.
  public var normedLogitEffects: TokenEffects
  /// The tokens whose embedding its encoder reads most.
  public var embeddingEffects: TokenEffects
  /// ‖decoder‖ to each layer from its own on (one for a per-layer transcoder).
  public var decoderNorms: [Float]
  /// The features that are active where it is.
  public var coactive: [CoactiveFeature]

  /// Puts together what is known.
  public init(
    name: FeatureName, density: Double = 0, activePositions: Int = 0, meanActivation: Double = 0,
    activationRange: ActivationRange = ActivationRange(least: 0, greatest: 0),
    histogram: ActivationHistogram = ActivationHistogram(greatest: 0, counts: []),
    exampleGroups: [ExampleGroup] = [], firingTokens: [FiringToken] = [],
    logitEffects: TokenEffects = TokenEffects(top: [], bottom: []),
    normedLogitEffects: TokenEffects = TokenEffects(top: [], bottom: []),
    embeddingEffects: TokenEffects = TokenEffects(top: [], bottom: []), decoderNorms: [Float] = [],
    coactive: [CoactiveFeature] = []
  ) {
    self.name = name
    self.density = density
    self.activePositions = activePositions
    self.meanActivation = meanActivation
    self.activationRange = activationRange
    self.histogram = histogram
    self.exampleGroups = exampleGroups
    self.firingTokens = firingTokens
    self.logitEffects = logitEffects
    self.normedLogitEffects = normedLogitEffects
    self.embeddingEffects = embeddingEffects
    self.decoderNorms = decoderNorms
    self.coactive = coactive
  }
}

/// The least and the greatest activation.
public struct ActivationRange: Sendable, Equatable, Codable {
  /// The least.
  public var least: Float
  /// The greatest.
  public var greatest: Float

  /// Names the range.
  public init(least: Float, greatest: Float) {
    self.least = least
    self.greatest = greatest
  }
}

/// How many positions have which activation, in bins of equal width from 0 on.
public struct ActivationHistogram: Sendable, Equatable, Codable {
  /// The upper end of the last bin.
  public var greatest: Float
  /// Positions in each bin.
  public var counts: [Int]

  /// Makes a histogram of counts.
  public init(greatest: Float, counts: [Int]) {
    self.greatest = greatest
    self.counts = counts
  }
}

/// Examples of one strength.
public struct ExampleGroup: Sendable, Equatable, Codable {
  /// `Top activations`, or the quantile, such as `50%–75%`.
  public var name: String
  /// The examples, the strongest first.
  public var examples: [FeatureExample]

  /// Names a group.
  public init(name: String, examples: [FeatureExample]) {
    self.name = name
    self.examples = examples
  }
}

/// A stretch of text around a position where a feature is active.
public struct FeatureExample: Sendable, Equatable, Codable {
  /// The passage that the example is cut from.
  public var passage: Int
  /// The place of its first token there.
  public var start: Int
  /// The document in its corpus.
  public var document: Int
  /// Token ids.
  public var tokens: [Int]
  /// The feature's activation at each of them.
  public var activations: [Float]
  /// The place in `tokens` of the position that the example was chosen for.
  public var focus: Int

  /// Cuts out an example.
  public init(
    passage: Int, start: Int, document: Int, tokens: [Int], activations: [Float], focus: Int
  ) {
    self.passage = passage
    self.start = start
    self.document = document
    self.tokens = tokens
    self.activations = activations
    self.focus = focus
  }
}

/// A token at which a feature is often active.
public struct FiringToken: Sendable, Equatable, Codable {
  /// The token id.
  public var token: Int
  /// The positions with this token at which the feature is active that were counted: all of them for a feature that is
  /// active at few different tokens, else at least this many.
  public var count: Int
  /// The mean activation at those.
  public var meanActivation: Float

  /// Names a token.
  public init(token: Int, count: Int, meanActivation: Float) {
    self.token = token
    self.count = count
    self.meanActivation = meanActivation
  }
}

/// The tokens that a direction raises and lowers most.
public struct TokenEffects: Sendable, Equatable, Codable {
  /// A token and how much.
  public struct Effect: Sendable, Equatable, Codable {
    /// The token id.
    public var token: Int
    /// The change.
    public var value: Float

    /// Names an effect.
    public init(token: Int, value: Float) {
      self.token = token
      self.value = value
    }
  }

  /// Those raised most, the strongest first.
  public var top: [Effect]
  /// Those lowered most, the strongest first.
  public var bottom: [Effect]

  /// Names both ends.
  public init(top: [Effect], bottom: [Effect]) {
    self.top = top
    self.bottom = bottom
  }
}

/// A feature that is active together with another.
public struct CoactiveFeature: Sendable, Equatable, Codable {
  /// The other feature.
  public var name: FeatureName
  /// Positions where both are active over positions where either is; estimated for features that are active often.
  public var overlap: Float

  /// Names the other feature.
  public init(name: FeatureName, overlap: Float) {
    self.name = name
    self.overlap = overlap
  }
}
