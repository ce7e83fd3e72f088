/// What is kept of a graph so that it can be pruned again, also more loosely: small, and yet nothing that a reader
/// would look at is lost.
///
/// Features beyond ``nodeReach``, and edges that carry next to nothing, are gone. Influence and its ranking are those of
/// the whole graph.
public struct CondensedGraph: Equatable, Sendable {
  /// The features and edges that are left; errors, tokens and logits are all there.
  public var graph: AttributionGraph
  /// For each node, its influence in the whole graph.
  public var influence: [Double]
  /// For each node, the share of all influence that it and all stronger nodes carry in the whole graph.
  public var cumulativeScores: [Double]
  /// For each node, the magnitude of inputs that were dropped.
  public var droppedMass: [Float]
  /// The scores of the whole graph.
  public var scores: GraphScores
  /// The sum of the influence of all nodes of the whole graph.
  public var totalInfluence: Double
  /// The largest node threshold that means something here; a larger one gives the same.
  public var nodeReach: Double
  /// The share of the edge score that is left.
  public var edgeReach: Double

  /// Puts together what was stored.
  public init(
    graph: AttributionGraph, influence: [Double], cumulativeScores: [Double], droppedMass: [Float],
    scores: GraphScores, totalInfluence: Double, nodeReach: Double, edgeReach: Double
  ) {
    let count = graph.layout.count
    precondition(
      influence.count == count && cumulativeScores.count == count && droppedMass.count == count,
      "\(influence.count), \(cumulativeScores.count), \(droppedMass.count) values for \(count) nodes")
    self.graph = graph
    self.influence = influence
    self.cumulativeScores = cumulativeScores
    self.droppedMass = droppedMass
    self.scores = scores
    self.totalInfluence = totalInfluence
    self.nodeReach = nodeReach
    self.edgeReach = edgeReach
  }

  /// Prunes as ``AttributionGraph/prune(nodeThreshold:edgeThreshold:convention:limits:)`` does with the whole graph.
  ///
  /// Nodes are the same up to ``nodeReach``; edges differ only by what the dropped ones would have added to sums.
  public func prune(
    nodeThreshold: Double, edgeThreshold: Double, convention: PruningConvention = .paper,
    limits: GraphLimits = GraphLimits()
  ) -> PrunedGraph {
    graph.prune(
      InfluenceRanking(influence: influence, cumulativeScores: cumulativeScores),
      nodeThreshold: nodeThreshold, edgeThreshold: edgeThreshold, convention: convention, limits: limits)
  }

  /// The share of all influence that some nodes receive.
  public func influenceShare(of nodes: [Int]) -> Double {
    totalInfluence > 0 ? nodes.reduce(0) { $0 + influence[$1] } / totalInfluence : 1
  }

  /// Scores the part that a reader has chosen; what was dropped counts as error.
  public func scores(pinned: Set<Int>) -> GraphScores { GraphScores(countingDropped, pinned: pinned) }

  /// The graph in which what was dropped is hidden error mass.
  private var countingDropped: AttributionGraph {
    var hidden = droppedMass
    for (node, mass) in graph.hiddenErrorMass.enumerated() { hidden[node] += mass }
    return AttributionGraph(
      layout: graph.layout, edges: graph.edges, activations: graph.activations, logits: graph.logits,
      tokens: graph.tokens, hiddenErrorMass: hidden)
  }
}

extension AttributionGraph {
  /// Returns what is worth keeping of a graph beside its pruned file.
  ///
  /// 1. Prune by generous thresholds, and to the limits: at most 6,000 features and 250,000 edges, 3 MB.
  /// 2. Number the features that are left anew; errors, tokens and logits stay.
  /// 3. Note for each row what magnitude its dropped edges had.
  public func condensed(
    nodeThreshold: Double = 0.98, edgeThreshold: Double = 0.999,
    limits: GraphLimits = GraphLimits(nodes: 6000, edges: 250_000)
  ) -> CondensedGraph {
    // 1.
    let ranking = InfluenceRanking(influence())
    let pruned = prune(
      ranking, nodeThreshold: nodeThreshold, edgeThreshold: edgeThreshold, convention: .paper, limits: limits)
    // 2.
    let kept =
      layout.featureRange.filter { pruned.isKept[$0] } + Array(layout.featureRange.upperBound..<layout.count)
    let renumbered = NodeLayout(
      features: layout.featureRange.filter { pruned.isKept[$0] }.map { layout.features[$0] },
      layerCount: layout.layerCount, positionCount: layout.positionCount, logitCount: layout.logitCount)
    // 3.
    let graph = AttributionGraph(
      layout: renumbered, edges: pruned.edges.selected(kept, of: layout.count),
      activations: kept.prefix(renumbered.features.count).map { activations[$0] }, logits: logits,
      tokens: tokens,
      hiddenErrorMass: hiddenErrorMass.isEmpty ? [] : kept.map { hiddenErrorMass[$0] })
    let weakest = renumbered.featureRange.map { ranking.cumulativeScores[kept[$0]] }.max() ?? 1
    return CondensedGraph(
      graph: graph, influence: kept.map { ranking.influence[$0] },
      cumulativeScores: kept.map { ranking.cumulativeScores[$0] },
      droppedMass: kept.map { edges.magnitude(ofRow: $0) - pruned.edges.magnitude(ofRow: $0) },
      scores: GraphScores(self), totalInfluence: ranking.influence.reduce(0, +),
      nodeReach: pruned.isLimited ? min(weakest, nodeThreshold) : nodeThreshold,
      edgeReach: edgeShare(of: pruned))
  }

  /// The share of the edge score, among all edges, that the kept ones carry.
  private func edgeShare(of pruned: PrunedGraph) -> Double {
    let scores = edges.scores(outputWeights: outputWeights, hidden: hiddenErrorMass)
    var kept = 0.0
    for row in 0..<edges.rowCount {
      var place = pruned.edges.offsets[row]
      for entry in edges.range(ofRow: row) where place < pruned.edges.offsets[row + 1] {
        guard pruned.edges.columns[place] == edges.columns[entry] else { continue }
        kept += scores[entry]
        place += 1
      }
    }
    let total = scores.reduce(0, +)
    return total > 0 ? kept / total : 1
  }
}

extension SparseRows {
  /// The sum of a row's absolute weights.
  fileprivate func magnitude(ofRow row: Int) -> Float {
    Float(range(ofRow: row).reduce(0.0) { $0 + Double(weights[$1].magnitude) })
  }

  /// Returns the given rows and columns, in this order, numbered anew.
  ///
  /// - Parameter kept: Ascending; no entry lies in a column that is not among them.
  fileprivate func selected(_ kept: [Int], of count: Int) -> SparseRows {
    var renumbered = [Int32](repeating: -1, count: count)
    for (place, node) in kept.enumerated() { renumbered[node] = Int32(place) }
    var result = SparseRows(columnCount: kept.count)
    result.reserveCapacity(rows: kept.count, entries: entryCount)
    for node in kept {
      let row = row(node)
      let columns = row.columns.map { renumbered[Int($0)] }
      let weights = Array(row.weights)
      result.appendRow(columns: columns.span, weights: weights.span)
    }
    return result
  }
}
