extension AttributionGraph {
  /// Returns the part of the graph that carries most of the influence on its outputs.
  ///
  /// As circuit-tracer computes it ("Circuit Tracing", appendix on graph pruning):
  ///
  /// 1. Rank all nodes by influence; keep the strongest that together carry `nodeThreshold` of it.
  ///    Tokens and logits stay whatever their influence, and so do errors in the paper's convention.
  /// 2. Take the edges among the kept nodes, normalise the rows anew, and compute the influence I' again.
  /// 3. Score the edge from s to t by `N'[t, s] · (I'[t] + w[t])`; keep the strongest edges that together
  ///    carry `edgeThreshold` of the score.
  /// 4. Remove features and errors that feed nothing and features that nothing feeds, until none is left.
  ///
  /// "Strongest that carry" means: everything at least as strong as the one with which the sorted, summed
  /// scores first reach the threshold. Where steps 1 or 3 keep more than the limits allow, only what is stronger
  /// than the strongest one too many stays; errors compete with features then, in either convention.
  ///
  /// - Parameters:
  ///   - nodeThreshold: A share in `0...1`.
  ///   - edgeThreshold: A share in `0...1`.
  ///   - convention: Which nodes step 1 may remove.
  ///   - limits: The most nodes and edges to keep.
  ///   - forced: Nodes that step 1 keeps whatever their influence.
  /// - Complexity: O(edges · log edges).
  public func prune(
    nodeThreshold: Double = 0.8, edgeThreshold: Double = 0.98, convention: PruningConvention = .paper,
    limits: GraphLimits = GraphLimits(), keeping forced: [Int] = []
  ) -> PrunedGraph {
    prune(
      InfluenceRanking(influence()), nodeThreshold: nodeThreshold, edgeThreshold: edgeThreshold,
      convention: convention, limits: limits, keeping: forced)
  }

  /// Does the same with a ranking that is known already.
  func prune(
    _ ranking: InfluenceRanking, nodeThreshold: Double, edgeThreshold: Double, convention: PruningConvention,
    limits: GraphLimits, keeping forced: [Int] = []
  ) -> PrunedGraph {
    precondition((0...1).contains(nodeThreshold), "node threshold \(nodeThreshold) is not a share")
    precondition((0...1).contains(edgeThreshold), "edge threshold \(edgeThreshold) is not a share")
    // 1.
    var isKept = keptByInfluence(ranking, nodeThreshold, convention)
    let isCut = layout.keepStrongest(limits.nodes, of: &isKept, ranking.influence)
    for node in forced { isKept[node] = true }
    // 2. and 3.
    let among = edges.filtered { target, source, _ in isKept[target] && isKept[source] }
    var kept = among.strongest(
      carrying: edgeThreshold, atMost: limits.edges, outputWeights: outputWeights, hidden: hiddenErrorMass)
    // 4.
    layout.removeStranded(from: &isKept, edges: kept.edges)
    kept.edges = kept.edges.filtered { target, source, _ in isKept[target] && isKept[source] }
    return PrunedGraph(
      original: self, isKept: isKept, edges: kept.edges, cumulativeScores: ranking.cumulativeScores,
      nodeThreshold: nodeThreshold, edgeThreshold: edgeThreshold, convention: convention,
      isLimited: isCut || kept.isCut)
  }

  private func keptByInfluence(
    _ ranking: InfluenceRanking, _ threshold: Double, _ convention: PruningConvention
  ) -> [Bool] {
    let cut = ranking.cut(at: threshold)
    let firstSafe = convention == .paper ? layout.errorRange.lowerBound : layout.tokenRange.lowerBound
    return (0..<layout.count).map { $0 >= firstSafe || ranking.influence[$0] >= cut }
  }
}

/// Nodes in the order of their influence.
struct InfluenceRanking {
  let influence: [Double]
  /// The share of the total that each node carries together with all nodes before it in the ranking.
  private(set) var cumulativeScores: [Double]
  private let order: [Int]

  /// Takes over a ranking of which some nodes are left.
  init(influence: [Double], cumulativeScores: [Double]) {
    self.influence = influence
    self.cumulativeScores = cumulativeScores
    order = influence.indices.sorted { (influence[$1], $0) < (influence[$0], $1) }
  }

  init(_ influence: [Double]) {
    self.influence = influence
    order = influence.indices.sorted { (influence[$1], $0) < (influence[$0], $1) }
    cumulativeScores = influence
    let total = order.reduce(0) { $0 + influence[$1] }
    var sum = 0.0
    for node in order {
      sum += influence[node]
      cumulativeScores[node] = total > 0 ? sum / total : 1
    }
  }

  /// Returns the influence of the first node with which the ranking reaches a share of the total.
  func cut(at threshold: Double) -> Double {
    let first = order.first { cumulativeScores[$0] >= threshold } ?? order.last
    return first.map { influence[$0] } ?? 0
  }
}

extension SparseRows {
  /// Returns the edges whose scores, strongest first, carry a share of all edge scores, and whether more did than the
  /// limit allows.
  fileprivate func strongest(
    carrying threshold: Double, atMost limit: Int, outputWeights: [Double], hidden: [Float]
  ) -> (edges: SparseRows, isCut: Bool) {
    let scores = scores(outputWeights: outputWeights, hidden: hidden)
    let ascending = scores.sorted()
    let cut = SparseRows.cut(ascending, at: threshold)
    let tooWeak = limit < entryCount ? ascending[entryCount - limit - 1] : -.infinity
    let edges = filtered { _, _, place in scores[place] >= cut && scores[place] > tooWeak }
    return (edges, cut <= tooWeak)
  }

  /// Returns each edge's score: the share of its target's influence that comes in through it, N'[t, s] · (I'[t] + w[t]).
  func scores(outputWeights: [Double], hidden: [Float]) -> [Double] {
    let influence = influence(of: outputWeights, hidden: hidden)
    let normalizers = normalizers(hidden: hidden)
    var scores = [Double](repeating: 0, count: entryCount)
    for row in 0..<rowCount {
      let flow = (influence[row] + outputWeights[row]) * normalizers[row]
      for place in offsets[row]..<offsets[row + 1] {
        scores[place] = Double(weights[place].magnitude) * flow
      }
    }
    return scores
  }

  /// Returns the score with which the sum of the scores, strongest first, reaches a share of their total.
  private static func cut(_ ascending: [Double], at threshold: Double) -> Double {
    let total = ascending.reversed().reduce(0, +)
    var sum = 0.0
    for score in ascending.reversed() {
      sum += score
      if sum / total >= threshold { return score }
    }
    return ascending.first ?? 0
  }
}

extension NodeLayout {
  /// Keeps the features and errors that are stronger than the first one beyond a limit; tells whether any had to go.
  fileprivate func keepStrongest(_ limit: Int, of isKept: inout [Bool], _ influence: [Double]) -> Bool {
    let waiting = (0..<errorRange.upperBound).filter { isKept[$0] }
    guard waiting.count > limit else { return false }
    let tooWeak = waiting.map { influence[$0] }.sorted()[waiting.count - limit - 1]
    for node in waiting where influence[node] <= tooWeak { isKept[node] = false }
    return true
  }

  /// Removes features and errors that feed no kept node, and features that no kept node feeds.
  ///
  /// One pass up and one pass down reach the fixed point: a feature without inputs can strand only nodes
  /// above it, and one without outputs only nodes below, which it had as inputs.
  fileprivate func removeStranded(from isKept: inout [Bool], edges: SparseRows) {
    // Up: sources of a feature lie before it, or are errors and tokens, which need no inputs.
    for feature in featureRange where isKept[feature] {
      isKept[feature] = edges.row(feature).columns.contains { isKept[Int($0)] }
    }
    // Down: the targets of a node are logits or later features.
    var feedsKept = [Bool](repeating: false, count: count)
    for target in logitRange {
      for source in edges.row(target).columns { feedsKept[Int(source)] = true }
    }
    for feature in featureRange.reversed() where isKept[feature] {
      isKept[feature] = feedsKept[feature]
      guard isKept[feature] else { continue }
      for source in edges.row(feature).columns { feedsKept[Int(source)] = true }
    }
    for error in errorRange where isKept[error] { isKept[error] = feedsKept[error] }
  }
}
