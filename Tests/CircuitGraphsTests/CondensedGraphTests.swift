import CircuitGraphs
import Testing
import _GraphTestSupport

@Suite("Condensed graphs")
struct CondensedGraphTests {
  private func graph(_ seed: UInt64) -> AttributionGraph {
    var generator = SeededGenerator(seed: seed)
    let shape = RandomGraphShape(layers: 6, positions: 5, featuresPerSite: 8, logits: 3, density: 0.3)
    return shape.makeGraph(using: &generator)
  }

  private func names(_ pruned: PrunedGraph) -> Set<Node> {
    Set(pruned.keptNodes.map { pruned.layout.node(at: $0) })
  }

  private func edges(_ pruned: PrunedGraph) -> Set<[Node]> {
    Set(
      pruned.keptNodes.flatMap { target in
        pruned.edges.row(target).columns.map {
          [pruned.layout.node(at: target), pruned.layout.node(at: Int($0))]
        }
      })
  }

  @Test("Nothing dropped means nothing changed", arguments: 1...5 as ClosedRange<UInt64>)
  func whole(seed: UInt64) {
    let graph = graph(seed)
    let condensed = graph.condensed(nodeThreshold: 1, edgeThreshold: 1, limits: GraphLimits())
    for (nodes, share) in [(0.5, 0.9), (0.8, 0.98), (0.95, 0.7)] {
      let (small, large) = (
        condensed.prune(nodeThreshold: nodes, edgeThreshold: share),
        graph.prune(nodeThreshold: nodes, edgeThreshold: share)
      )
      #expect(names(small) == names(large) && edges(small) == edges(large))
    }
    #expect(condensed.edgeReach > 1 - 1e-9 && condensed.scores == GraphScores(graph))
  }

  @Test(
    "Within its reach a condensed graph prunes like the whole one", arguments: 1...5 as ClosedRange<UInt64>)
  func reach(seed: UInt64) {
    let graph = graph(seed)
    let condensed = graph.condensed()
    #expect(condensed.graph.edges.entryCount < graph.edges.entryCount)
    let (small, large) = (
      condensed.prune(nodeThreshold: 0.7, edgeThreshold: 0.9),
      graph.prune(nodeThreshold: 0.7, edgeThreshold: 0.9)
    )
    #expect(names(small).symmetricDifference(names(large)).count <= 2)
    #expect(edges(small).symmetricDifference(edges(large)).count * 50 <= edges(large).count)
    #expect(abs(condensed.influenceShare(of: small.keptNodes) - large.influenceShare) < 0.01)
  }

  @Test("Limits bound what is kept, and the reach says so")
  func limits() {
    let graph = graph(9)
    let condensed = graph.condensed(limits: GraphLimits(nodes: 60, edges: 300))
    #expect(condensed.graph.layout.features.count <= 60 && condensed.graph.edges.entryCount <= 300)
    #expect(condensed.nodeReach < 0.98 && condensed.edgeReach < 0.9 && condensed.edgeReach > 0)
  }

  @Test("What was dropped counts as error in the scores of a subgraph")
  func dropped() {
    let graph = graph(4)
    let condensed = graph.condensed(limits: GraphLimits(nodes: 80, edges: 900))
    let all = condensed.scores(pinned: Set(condensed.graph.layout.featureRange))
    #expect(all.replacement < condensed.scores.replacement && all.replacement > 0)
    for row in 0..<condensed.graph.layout.count {
      let node = condensed.graph.layout.node(at: row)
      guard let original = graph.layout.index(of: node) else { continue }
      let kept = condensed.graph.edges.row(row).weights.reduce(0) { $0 + $1.magnitude }
      let whole = graph.edges.row(original).weights.reduce(0) { $0 + $1.magnitude }
      #expect(abs(kept + condensed.droppedMass[row] - whole) <= 1e-4 * max(whole, 1))
    }
  }
}
