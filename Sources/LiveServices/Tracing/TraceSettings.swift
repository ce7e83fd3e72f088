public import Attribution
public import CircuitGraphs

/// How a prompt is traced.
public struct TraceSettings: Sendable {
  /// What a person can read and any browser draws at once.
  public static let readable = GraphLimits(nodes: 450, edges: 10_000)

  /// A token that is to be explained.
  public enum Target: Sendable, Equatable {
    case id(Int)
    case text(String)
  }

  /// The most output tokens.
  public var maxLogits = 10
  /// Output tokens are added until their probabilities reach this sum.
  public var logitMass: Float = 0.95
  /// Tokens to explain instead of the most probable ones.
  public var targets: [Target] = []
  /// With one target: explain the difference of its logit and this one's.
  public var minus: Target?
  /// The most features whose own inputs are computed; nil for 7500, or 1000 neurons.
  public var maxFeatureNodes: Int?
  /// Expansion stops when features not yet expanded carry less than 1 − this share of the influence.
  public var coverage = 0.98
  /// The share of the influence that kept nodes carry; nil for 0.8, and at most the readable number.
  public var nodeThreshold: Double?
  /// The share of the kept nodes' influence that kept edges carry; nil for 0.98, 0.9 for neurons, and at most the
  /// readable number.
  public var edgeThreshold: Double?
  /// Whether circuit-tracer's expansion, pruning and scores are reproduced.
  public var isCircuitTracers = false
  /// With circuit-tracer's rules: features in one of its batches, and batches between two rankings.
  public var batchSize: Int?
  /// With circuit-tracer's rules: batches between two rankings.
  public var updateInterval: Int?

  /// The settings of the papers.
  public init() {}

  /// The most features to expand, of neurons or of transcoders.
  public func featureLimit(neurons: Bool) -> Int { maxFeatureNodes ?? (neurons ? 1000 : 7500) }

  /// How many neurons may become nodes: four for each that is expanded; the others count as errors.
  public var candidateNeurons: Int { 4 * featureLimit(neurons: true) }

  /// The share that kept nodes carry.
  public var nodeShare: Double { nodeThreshold ?? 0.8 }

  /// The share that kept edges carry.
  public func edgeShare(neurons: Bool) -> Double { edgeThreshold ?? (neurons ? 0.9 : 0.98) }

  /// How far the graph is expanded.
  public func attribution(neurons: Bool) -> AttributionOptions {
    let limit = featureLimit(neurons: neurons)
    guard !isCircuitTracers else {
      return AttributionOptions(
        maxFeatureNodes: limit, coverage: nil, roundSize: (batchSize ?? 256) * (updateInterval ?? 4),
        unexpanded: .leftOut)
    }
    return AttributionOptions(
      maxFeatureNodes: limit, coverage: coverage, roundSize: min(512, max(64, limit / 8)))
  }

  /// The most nodes and edges to keep: only what is asked for by a threshold, or as another tool does it, has no limit.
  public var limits: GraphLimits {
    guard !isCircuitTracers else { return GraphLimits() }
    return GraphLimits(
      nodes: nodeThreshold == nil ? TraceSettings.readable.nodes : .max,
      edges: edgeThreshold == nil ? TraceSettings.readable.edges : .max)
  }

  /// How the graph is pruned.
  public var convention: PruningConvention { isCircuitTracers ? .circuitTracer : .paper }
}
