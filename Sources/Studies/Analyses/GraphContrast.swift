public import Attribution
public import CircuitGraphs
public import FeatureDashboards

/// Two prompts' graphs side by side, feature by feature: what is in one alone, what differs, and what features that are silent
/// here but active there would do (biology paper, "Entity recognition and hallucinations": inactive features).
public struct GraphContrast: Sendable, Codable, Equatable {
  /// One of the prompts.
  public struct Side: Sendable, Codable, Equatable {
    /// The prompt's tokens.
    public var tokens: [Int]
    /// The most probable next token, and its probability.
    public var top: Int
    /// Its probability.
    public var probability: Float
    /// How much of the graph its features explain.
    public var replacement: Double
    /// The share of inputs that are not errors.
    public var completeness: Double
  }

  /// What a feature does in one of the prompts.
  public struct Presence: Sendable, Codable, Equatable {
    /// The position, or nil where the other prompt's has no counterpart.
    public var position: Int?
    /// The activation; 0 for silent.
    public var activation: Float
    /// The share of the graph's influence, 0 where the feature is not in the pruned graph.
    public var influence: Double
    /// The direct effect on the contrast, in logits: on the first prompt's most probable token less the second's; nil where
    /// it was not computed.
    public var effect: Float?
    /// Whether the feature is silent here, and the effect what it would have if it were as active as in the other prompt.
    public var isHypothetical: Bool
    /// What keeps a silent feature silent: the strongest negative inputs to it, strongest first.
    public var inhibitors: [Input]
  }

  /// A direct effect on a feature.
  public struct Input: Sendable, Codable, Equatable {
    /// The node that acts: `F:layer:position:index`, `E:layer:position`, `T:position`.
    public var node: String
    /// The effect on the feature's pre-activation.
    public var weight: Float
  }

  /// A feature in both prompts.
  public struct Row: Sendable, Codable, Equatable {
    /// The feature.
    public var feature: FeatureName
    /// In the first prompt.
    public var first: Presence
    /// In the second prompt.
    public var second: Presence

    /// Where it is active.
    public var status: Status {
      switch (first.activation != 0, second.activation != 0) {
      case (true, false): .onlyFirst
      case (false, true): .onlySecond
      default: .both
      }
    }
  }

  /// Where a feature is active.
  public enum Status: String, Sendable, Codable {
    case onlyFirst = "only in the first"
    case onlySecond = "only in the second"
    case both
  }

  /// The prompts.
  public var sides: [Side]
  /// The features of either pruned graph, those first that differ most.
  public var rows: [Row]
}

/// How prompts are contrasted.
public struct ContrastSettings: Sendable {
  /// How far the graphs are expanded.
  public var attribution = AttributionOptions()
  /// The share of the influence that pruning keeps.
  public var nodeThreshold = 0.8
  /// The share of the edge scores that pruning keeps.
  public var edgeThreshold = 0.98
  /// The most features and errors that pruning keeps.
  public var limits = GraphLimits(nodes: 450, edges: 10_000)
  /// The most silent features of each prompt whose effects are computed, those with the most influence in the other one.
  public var silentCount = 200
  /// How many inhibitors of a silent feature are told.
  public var inhibitorCount = 3

  /// The defaults of `trace`.
  public init() {}
}
