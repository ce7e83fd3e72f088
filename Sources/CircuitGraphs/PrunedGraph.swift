/// What pruning leaves of an attribution graph.
///
/// Nodes keep the indices that they have in the original graph.
public struct PrunedGraph: CircuitGraph, Equatable {
  /// The graph before pruning.
  public let original: AttributionGraph
  /// Whether each node of the original is kept.
  public let isKept: [Bool]
  /// The kept edges, with the original's indices and weights.
  public let edges: SparseRows
  /// For each node, the share of all influence that it and all stronger nodes carry in the original.
  ///
  /// The most influential node has the smallest number, and the last ones have 1.
  public let cumulativeScores: [Double]
  /// The share of influence that the kept nodes had to carry.
  public let nodeThreshold: Double
  /// The share of the edge score that the kept edges had to carry.
  public let edgeThreshold: Double
  /// The rule by which nodes were removed.
  public let convention: PruningConvention
  /// Whether more nodes or edges passed the thresholds than the limits allow.
  public let isLimited: Bool

  /// The order of the original's nodes.
  public var layout: NodeLayout { original.layout }

  /// Empty: shares in a pruned graph are shares of what is kept.
  public var hiddenErrorMass: [Float] { [] }

  /// The outputs that the graph explains, by rank.
  public var logits: [LogitNode] { original.logits }

  /// The share of all influence that the kept nodes receive.
  public var influenceShare: Double {
    let influence = original.influence()
    let total = influence.reduce(0, +)
    return total > 0 ? keptNodes.reduce(0) { $0 + influence[$1] } / total : 1
  }

  /// The indices of the kept nodes, ascending.
  public var keptNodes: [Int] { isKept.indices.filter { isKept[$0] } }
}
