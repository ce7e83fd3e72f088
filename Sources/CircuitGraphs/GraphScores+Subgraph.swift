extension GraphScores {
  /// Scores the part of a graph that a reader has chosen.
  ///
  /// What comes from a feature that is not pinned counts as error; tokens, errors and outputs are always there. So
  /// pinning all features gives the scores of the graph, and pinning none leaves what goes straight from tokens and
  /// errors to the outputs.
  ///
  /// - Parameter pinned: The indices of the chosen nodes.
  public init(_ graph: AttributionGraph, pinned: Set<Int>) {
    self.init(graph.countingAsError { !pinned.contains($0) })
  }
}

extension AttributionGraph {
  /// Returns the graph in which what comes from some features is hidden error mass of their targets.
  ///
  /// Their own rows become empty: nothing reaches them any more.
  func countingAsError(_ isError: (_ feature: Int) -> Bool) -> AttributionGraph {
    let isLost = (0..<layout.count).map { layout.featureRange.contains($0) && isError($0) }
    var hidden = hiddenErrorMass.isEmpty ? Array(repeating: 0, count: layout.count) : hiddenErrorMass
    for target in 0..<layout.count where !isLost[target] {
      let row = edges.row(target)
      for (source, weight) in zip(row.columns, row.weights) where isLost[Int(source)] {
        hidden[target] += weight.magnitude
      }
    }
    for node in layout.featureRange where isLost[node] { hidden[node] = 0 }
    return AttributionGraph(
      layout: layout, edges: edges.filtered { target, source, _ in !isLost[target] && !isLost[source] },
      activations: activations, logits: logits, tokens: tokens,
      hiddenErrorMass: hidden.contains { $0 != 0 } ? hidden : [])
  }
}
