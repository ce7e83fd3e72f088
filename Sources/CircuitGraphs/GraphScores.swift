/// How much of a graph's output its features explain; both scores are 1 for a perfect replacement model.
public struct GraphScores: Equatable, Sendable {
  /// The share of token influence in token plus error influence: how much of the paths' origin is the prompt.
  public let replacement: Double
  /// The share of inputs that are not errors, over all nodes weighted by influence.
  public let completeness: Double

  /// Takes over scores that were stored.
  public init(replacement: Double, completeness: Double) {
    self.replacement = replacement
    self.completeness = completeness
  }

  /// Scores a graph, which should be unpruned, as circuit-tracer does.
  ///
  /// With N the normalised absolute edges, I the influence and w the logits' probabilities:
  ///
  /// 1. replacement = `Σ I[tokens] / (Σ I[tokens] + Σ I[errors])`, zero if no influence reaches either;
  ///    what the hidden error mass receives counts as error influence;
  /// 2. completeness = `Σ (1 − Σ N[t, errors]) · (I + w)[t] / Σ (I + w)[t]`, over all nodes t, and over what the
  ///    hidden error mass stands for as over errors.
  public init(_ graph: AttributionGraph) {
    let weights = graph.outputWeights
    let influence = graph.influence()
    let normalizers = graph.edges.normalizers(hidden: graph.hiddenErrorMass)
    let flow = (0..<graph.layout.count).map { (influence[$0] + weights[$0]) * normalizers[$0] }
    let hidden = zip(graph.hiddenErrorMass, flow).reduce(0) { $0 + Double($1.0) * $1.1 }
    let tokens = influence[graph.layout.tokenRange].reduce(0, +)
    let errors = influence[graph.layout.errorRange].reduce(hidden, +)
    replacement = tokens + errors > 0 ? tokens / (tokens + errors) : 0

    var covered = hidden
    var total = hidden
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
  /// Returns the sum of the absolute edges from error nodes to a node, and of what they hide.
  fileprivate func absoluteErrorInput(of node: Int) -> Double {
    let row = edges.row(node)
    var sum = hiddenErrorMass.isEmpty ? 0.0 : Double(hiddenErrorMass[node])
    for place in row.columns.indices where layout.errorRange.contains(Int(row.columns[place])) {
      sum += Double(row.weights[place].magnitude)
    }
    return sum
  }
}
