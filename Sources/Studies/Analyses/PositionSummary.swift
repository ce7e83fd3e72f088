public import Attribution
import CircuitGraphs
public import FeatureDashboards
import Transformers

/// What the graph at one position of a text says.
public struct PositionSummary: Sendable, Codable, Equatable {
  /// A feature's part.
  public struct Part: Sendable, Codable, Equatable {
    /// The feature.
    public var feature: FeatureName
    /// The share of the outputs' influence that goes through it, over all its positions; parts overlap.
    public var share: Double
  }

  /// The position that the graph reads from: the outputs are of the token behind it.
  public var position: Int
  /// The token there.
  public var token: Int
  /// The token that the text has next, nil at its end, and its probability.
  public var next: Int?
  /// Its probability.
  public var nextProbability: Float?
  /// The most probable next token.
  public var top: Int
  /// Its probability.
  public var topProbability: Float
  /// The replacement score of the graph.
  public var replacement: Double
  /// The completeness of the graph.
  public var completeness: Double
  /// The mean number of edges from tokens to outputs.
  public var pathLength: Double
  /// How many features are active so far.
  public var activeFeatures: Int
  /// How many have inputs in the graph.
  public var expandedFeatures: Int
  /// The features with the most influence, strongest first.
  public var features: [Part]

  /// Sums a graph up.
  ///
  /// - Parameters:
  ///   - tokens: The whole text.
  ///   - logits: The model's logits at the position.
  ///   - count: How many features are told.
  public init(
    _ result: AttributionResult, at position: Int, of tokens: [Int], logits: [Float], features count: Int = 20
  ) {
    let probabilities = softmax(logits)
    let scores = GraphScores(result.graph)
    self.position = position
    token = tokens[position]
    next = position + 1 < tokens.count ? tokens[position + 1] : nil
    nextProbability = next.map { probabilities[$0] }
    top = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    topProbability = probabilities[top]
    replacement = scores.replacement
    completeness = scores.completeness
    pathLength = result.graph.averagePathLength()
    activeFeatures = result.activeFeatureCount
    expandedFeatures = result.graph.layout.features.count
    features = PositionSummary.parts(result.graph, count)
  }

  private static func parts(_ graph: AttributionGraph, _ count: Int) -> [Part] {
    let influence = graph.influence()
    let whole = graph.logits.reduce(0.0) { $0 + Double($1.probability) }
    guard whole > 0 else { return [] }
    var sums: [FeatureName: Double] = [:]
    for (node, feature) in graph.layout.features.enumerated() {
      sums[FeatureName(feature), default: 0] += influence[node] / whole
    }
    return sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(count).map {
      Part(feature: $0.key, share: $0.value)
    }
  }
}
