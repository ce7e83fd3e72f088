public import CircuitGraphs

/// A token and its text.
public struct LivePiece: Encodable, Sendable, Equatable {
  /// The token.
  public var id: Int
  /// Its text.
  public var piece: String

  /// Names a token.
  public init(id: Int, piece: String) {
    self.id = id
    self.piece = piece
  }
}

/// Asks for the most probable next tokens.
public struct NextTokensRequest: Sendable, Equatable {
  /// The prompt.
  public var subject: LiveSubject
  /// How many.
  public var count: Int

  /// Asks.
  public init(_ subject: LiveSubject, count: Int = 10) {
    self.subject = subject
    self.count = count
  }
}

/// The most probable next tokens.
public struct NextTokensAnswer: Encodable, Sendable, Equatable {
  /// A token that may come next.
  public struct Candidate: Encodable, Sendable, Equatable {
    /// The token.
    public var id: Int
    /// Its text.
    public var piece: String
    /// Its logit.
    public var logit: Float
    /// Its probability.
    public var probability: Float

    /// Describes a candidate.
    public init(id: Int, piece: String, logit: Float, probability: Float) {
      self.id = id
      self.piece = piece
      self.logit = logit
      self.probability = probability
    }
  }

  /// The prompt's tokens.
  public var tokens: [LivePiece]
  /// The most probable first.
  public var next: [Candidate]
  /// The entropy of the distribution, in nats.
  public var entropy: Double
  /// How long the pass took.
  public var seconds: Double
  /// The most tokens that the model reads.
  public var contextLength: Int

  /// Answers.
  public init(tokens: [LivePiece], next: [Candidate], entropy: Double, seconds: Double, contextLength: Int) {
    self.tokens = tokens
    self.next = next
    self.entropy = entropy
    self.seconds = seconds
    self.contextLength = contextLength
  }
}

/// Asks what fires on a text.
public struct ActiveFeaturesRequest: Sendable, Equatable {
  /// The prompt.
  public var subject: LiveSubject
  /// The most features to list.
  public var limit: Int

  /// Asks.
  public init(_ subject: LiveSubject, limit: Int = 60) {
    self.subject = subject
    self.limit = limit
  }
}

/// What fires on a text.
public struct ActiveFeaturesAnswer: Encodable, Sendable, Equatable {
  /// A feature, and where it is active.
  public struct Feature: Encodable, Sendable, Equatable {
    /// The layer.
    public var layer: Int
    /// The index in its layer.
    public var index: Int
    /// The label that counts; nil for none.
    public var label: String?
    /// Who gave the label.
    public var origin: String?
    /// The share of positions at which it is active.
    public var density: Double?
    /// The greatest activation, and the sum.
    public var peak: Float
    /// The sum of its activations.
    public var total: Float
    /// Where it is active.
    public var positions: [Int]
    /// How strongly, at each position.
    public var values: [Float]

    /// Describes a feature.
    public init(
      layer: Int, index: Int, label: String? = nil, origin: String? = nil, density: Double? = nil,
      peak: Float,
      total: Float, positions: [Int], values: [Float]
    ) {
      self.layer = layer
      self.index = index
      self.label = label
      self.origin = origin
      self.density = density
      self.peak = peak
      self.total = total
      self.positions = positions
      self.values = values
    }
  }

  /// The prompt's tokens.
  public var tokens: [LivePiece]
  /// How many features are active anywhere.
  public var activeCount: Int
  /// The features' set.
  public var set: String
  /// Those that stand out most, first.
  public var features: [Feature]

  /// Answers.
  public init(tokens: [LivePiece], activeCount: Int, set: String, features: [Feature]) {
    self.tokens = tokens
    self.activeCount = activeCount
    self.set = set
    self.features = features
  }
}

/// Asks for a graph.
public struct TraceRequest: Sendable, Equatable {
  /// The prompt.
  public var subject: LiveSubject
  /// The outputs to explain; none for the most probable.
  public var targets: [LiveToken] = []
  /// With one target: the output that it is compared with.
  public var minus: LiveToken?
  /// How many probable outputs, until what probability is covered.
  public var maxLogits = 10
  /// The probability that they cover together.
  public var logitMass: Float = 0.95
  /// The most features whose inputs are computed; nil for what suits the features.
  public var maxFeatureNodes: Int?
  /// The share of the influence at which expansion ends.
  public var coverage = 0.98
  /// How the file is pruned; nil for the usual thresholds and limits.
  public var nodeThreshold: Double?
  /// The share that kept edges carry.
  public var edgeThreshold: Double?
  /// The graph's name, with a number behind it where it is taken; nil for one made of the prompt.
  public var slug: String?

  /// Asks for the usual graph.
  public init(_ subject: LiveSubject) { self.subject = subject }
}

/// Asks for an experiment.
public struct InterveneRequest: Sendable {
  /// A group of nodes.
  public struct Group: Sendable, Equatable {
    /// Its name.
    public var label: String
    /// Its nodes.
    public var members: [Node]
    /// What its members' activations are multiplied by; nil only to watch it.
    public var factor: Float?

    /// Groups nodes.
    public init(label: String, members: [Node], factor: Float?) {
      self.label = label
      self.members = members
      self.factor = factor
    }
  }

  /// How the prompt is continued.
  public struct Generation: Sendable, Equatable, Decodable {
    /// How often.
    public var count: Int
    /// 0 for the most probable token each time.
    public var temperature: Float?
    /// Draws come from the most probable tokens that together reach this probability.
    public var topP: Float?
    /// The seed of the draws.
    public var seed: UInt64?

    /// Describes a continuation.
    public init(count: Int, temperature: Float? = nil, topP: Float? = nil, seed: UInt64? = nil) {
      self.count = count
      self.temperature = temperature
      self.topP = topP
      self.seed = seed
    }
  }

  /// The prompt.
  public var subject: LiveSubject
  /// The graph of the prompt, for its prediction.
  public var graph: AttributionGraph?
  /// Changes in the notation of the command line.
  public var changes: [String] = []
  /// Nodes and the factors of their activations.
  public var nodes: [(node: Node, factor: Float)] = []
  /// Supernodes; their names differ.
  public var groups: [Group] = []
  /// The layers whose MLPs are clamped, first and last.
  public var constrain: [Int]?
  /// Whether attention patterns are kept.
  public var freezesAttention = true
  /// Tokens to report besides the most probable ones.
  public var watch: [LiveToken] = []
  /// How the prompt is continued; nil for not at all.
  public var generation: Generation?
  /// What is varied, in the notation of the command line.
  public var sweep: String?

  /// Asks for nothing yet.
  public init(_ subject: LiveSubject) { self.subject = subject }
}
