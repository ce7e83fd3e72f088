public import CircuitGraphs

/// What a graph says that interventions will do.
///
/// An intervention multiplies what a node contributes by 1 + ρ. The graph is linear in its sources:
///
/// 1. *First hop*: a target gains Σ over changed sources of edge · ρ. Under full freeze this holds exactly.
/// 2. *Total*: targets are taken in the graph's order; one that gains Δ has changed by ρ = Δ / activation itself and
///    passes that on. Features that were changed on purpose keep their own ρ.
///
/// Methods paper, §"Validating the Replacement Model"; what happens beyond is what the model adds by nonlinearity and
/// by paths that the graph does not hold.
public struct Prediction: Sendable {
  /// For each node of the graph, what it gains directly from what was changed.
  public let firstHop: [Float]
  /// For each node of the graph, what it gains over all paths.
  public let total: [Float]

  /// Predicts.
  ///
  /// - Parameter changes: The relative change ρ of what some nodes contribute, by the node's index: −1 for an ablation.
  public init(_ graph: AttributionGraph, changes: [Int: Float]) {
    let layout = graph.layout
    var firstHop = [Float](repeating: 0, count: layout.count)
    var total = firstHop
    var relative = firstHop
    for (node, change) in changes { relative[node] = change }
    for target in layout.featureRange.map({ $0 }) + layout.logitRange.map({ $0 }) {
      let row = graph.edges.row(target)
      for (source, weight) in zip(row.columns.lazy.map({ Int($0) }), row.weights) {
        firstHop[target] += weight * (changes[source] ?? 0)
        total[target] += weight * relative[source]
      }
      guard layout.featureRange.contains(target), changes[target] == nil else { continue }
      let activation = graph.activations[target]
      if activation != 0 { relative[target] = total[target] / activation }
    }
    self.firstHop = firstHop
    self.total = total
  }
}
