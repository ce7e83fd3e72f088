/// How much of a graph's output its features explain; both scores are 1 for a perfect replacement model.
public struct GraphScores: Equatable, Sendable {
  /// The share of token influence in token plus error influence: how much of the paths' origin is the prompt.
  public let replacement: Double
  /// The share of inputs that are not errors, over all nodes weighted by influence.
  public let completeness: Double

  /// Scores a graph, which should be unpruned, as circuit-tracer does.
  ///
  /// With N the normalised absolute edges, I the influence and w the logits' probabilities:
  ///
  /// 1. replacement = `Σ I[tokens] / (Σ I[tokens] + Σ I[errors])`, zero if no influence reaches either;
  /// 2. completeness = `Σ (1 − Σ N[t, errors]) · (I + w)[t] / Σ (I + w)[t]`, over all nodes t.
  public init(_ graph: AttributionGraph) {
    let weights = graph.outputWeights
    let influence = graph.edges.influence(of: weights)
    let tokens = influence[graph.layout.tokenRange].reduce(0, +)
    let errors = influence[graph.layout.errorRange].reduce(0, +)
    replacement = tokens + errors > 0 ? tokens / (tokens + errors) : 0

    let normalizers = graph.edges.normalizers()
    var covered = 0.0
    var total = 0.0
    for node in 0..<graph.layout.count {
      let weight = influence[node] + weights[node]
      let errorInput = graph.absoluteErrorInput(of: node) * normalizers[node]
      covered += (1 - errorInput) * weight
      total += weight
    }
    completeness = total > 0 ? covered / total : 0
  }
}

extension AttributionGraph {
  /// Returns the sum of the absolute edges from error nodes to a node.
  fileprivate func absoluteErrorInput(of node: Int) -> Double {
    let row = edges.row(node)
    var sum = 0.0
    for place in row.columns.indices where layout.errorRange.contains(Int(row.columns[place])) {
      sum += Double(row.weights[place].magnitude)
    }
    return sum
  }
}
