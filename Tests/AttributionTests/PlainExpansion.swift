import CircuitGraphs

/// The twin of expansion: dense rows of a whole graph, of which some are known, and power iteration.
struct PlainExpansion {
  let layout: NodeLayout
  /// The magnitudes of each node's inputs.
  private let rows: [[Double]]
  /// What each output counts, at its node.
  private let weights: [Double]

  /// Takes the rows of a graph in which every feature is expanded.
  init(_ graph: AttributionGraph) {
    layout = graph.layout
    rows = (0..<graph.layout.count).map { graph.denseRow($0).map { Double(abs($0)) } }
    var weights = [Double](repeating: 0, count: graph.layout.count)
    for (node, logit) in zip(graph.layout.logitRange, graph.logits) {
      weights[node] = Double(logit.probability)
    }
    self.weights = weights
  }

  /// Returns w·N + w·N² + … when only the outputs' rows and those of `expanded` are known.
  func influence(expanded: Set<Int>) -> [Double] {
    let known = expanded.union(layout.logitRange)
    let scales = rows.map { 1 / max($0.reduce(0, +), 1e-8) }
    var step = weights
    var total = [Double](repeating: 0, count: layout.count)
    for _ in 0...layout.layerCount + 1 {
      var next = [Double](repeating: 0, count: layout.count)
      for target in known where step[target] != 0 {
        for source in next.indices { next[source] += step[target] * rows[target][source] * scales[target] }
      }
      step = next
      for node in total.indices { total[node] += step[node] }
    }
    return total
  }

  /// Returns the features that are expanded, by rounds of the most influential ones.
  func expansion(limit: Int, roundSize: Int) -> Set<Int> {
    var expanded: Set<Int> = []
    while expanded.count < min(limit, layout.features.count) {
      let influence = influence(expanded: expanded)
      let waiting = layout.featureRange.filter { !expanded.contains($0) }
        .sorted { (influence[$0], $1) > (influence[$1], $0) }
      expanded.formUnion(waiting.prefix(min(roundSize, limit - expanded.count)))
    }
    return expanded
  }

  /// Returns the share of the outputs' influence that does not end in features without a row.
  func coverage(expanded: Set<Int>) -> Double {
    let influence = influence(expanded: expanded)
    let open = layout.featureRange.filter { !expanded.contains($0) }.reduce(0) { $0 + influence[$1] }
    return 1 - open / weights.reduce(0, +)
  }

  /// Returns the scores when every feature without a row is an error of its own.
  func scores(expanded: Set<Int>) -> (replacement: Double, completeness: Double) {
    let influence = influence(expanded: expanded)
    let isError = (0..<layout.count).map { node in
      layout.errorRange.contains(node) || (layout.featureRange.contains(node) && !expanded.contains(node))
    }
    let errors = influence.indices.reduce(0) { isError[$1] ? $0 + influence[$1] : $0 }
    let tokens = influence[layout.tokenRange].reduce(0, +)
    var (covered, total) = (0.0, 0.0)
    for node in 0..<layout.count {
      let isKnown = expanded.contains(node) || layout.logitRange.contains(node)
      let sum = max(rows[node].reduce(0, +), 1e-10)
      let share = isKnown ? rows[node].indices.reduce(0) { isError[$1] ? $0 + rows[node][$1] : $0 } / sum : 0
      covered += (1 - share) * (influence[node] + weights[node])
      total += influence[node] + weights[node]
    }
    return (tokens / (tokens + errors), covered / total)
  }
}
