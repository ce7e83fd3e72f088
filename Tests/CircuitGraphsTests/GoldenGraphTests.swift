import CircuitGraphs
import Testing
import _GraphTestSupport

@Suite("Graphs traced by circuit-tracer")
struct GoldenGraphTests {
  @Test("Influence, cumulative scores and graph scores agree")
  func numbers() throws {
    for golden in try GoldenGraph.all() {
      let graph = golden.graph
      let pruned = graph.prune(convention: .circuitTracer)
      #expect(GoldenGraphTests.agree(graph.influence(), golden.influence), "\(golden.name)")
      #expect(GoldenGraphTests.agree(pruned.cumulativeScores, golden.cumulativeScores), "\(golden.name)")
      let scores = GraphScores(graph)
      #expect(abs(scores.replacement - golden.replacementScore) < 1e-5, "\(golden.name)")
      #expect(abs(scores.completeness - golden.completenessScore) < 1e-5, "\(golden.name)")
    }
  }

  @Test("The same nodes and edges are kept at every pair of thresholds")
  func masks() throws {
    for golden in try GoldenGraph.all() {
      let graph = golden.graph
      for expected in golden.prunings {
        let pruned = graph.prune(
          nodeThreshold: expected.nodeThreshold, edgeThreshold: expected.edgeThreshold,
          convention: .circuitTracer)
        let differing = GoldenGraphTests.places(of: pruned, in: graph)
          .symmetricDifference(expected.edges).count
        // Nearer than this, single precision may put an edge on either side of the cut.
        let allowed = expected.cutMargin > 5e-6 ? 0 : 2
        #expect(differing <= allowed, "\(golden.name)")
        #expect(allowed > 0 || pruned.keptNodes == expected.nodes, "\(golden.name)")
      }
    }
  }

  @Test("The paper's convention keeps every error that circuit-tracer keeps, and more edges")
  func paperKeepsMore() throws {
    for golden in try GoldenGraph.all() {
      let paper = golden.graph.prune(edgeThreshold: 1)
      let compatible = golden.graph.prune(edgeThreshold: 1, convention: .circuitTracer)
      #expect(Set(compatible.keptNodes).isSubset(of: paper.keptNodes))
      #expect(paper.edges.entryCount > compatible.edges.entryCount)
    }
  }

  private static func agree(_ ours: [Double], _ theirs: [Float]) -> Bool {
    ours.count == theirs.count && zip(ours, theirs).allSatisfy { abs($0 - Double($1)) < 1e-5 }
  }

  /// The kept edges as places in the rows of the unpruned graph.
  private static func places(of pruned: PrunedGraph, in graph: AttributionGraph) -> Set<Int> {
    var result: Set<Int> = []
    for target in 0..<graph.layout.count {
      let kept = Set(pruned.edges.row(target).columns)
      for place in graph.edges.range(ofRow: target) where kept.contains(graph.edges.columns[place]) {
        result.insert(place)
      }
    }
    return result
  }
}
