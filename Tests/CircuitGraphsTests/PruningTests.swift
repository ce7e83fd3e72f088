import CircuitGraphs
import Testing
import _GraphTestSupport

@Suite("Pruning")
struct PruningTests {
  @Test("A hand-worked graph is pruned as by hand")
  func handWorked() {
    // Influence, strongest first: c .375, a .25, token0 .1875, token1 .15625, b and error(0,0) .09375, …
    // Of 1.21875 in all, c, a and token0 carry 2/3 and token1 makes it 0.795: the cut at 0.7 is token1's.
    let graph = HandWorkedGraph.graph
    let compatible = graph.prune(nodeThreshold: 0.7, edgeThreshold: 1, convention: .circuitTracer)
    #expect(compatible.keptNodes == [0, 2, 7, 8, 9])
    #expect(compatible.edges.entryCount == 5)
    let paper = graph.prune(nodeThreshold: 0.7, edgeThreshold: 1, convention: .paper)
    #expect(paper.keptNodes == [0, 2, 3, 6, 7, 8, 9])
    #expect(paper.edges.entryCount == 7)
    #expect(graph.prune(nodeThreshold: 1, edgeThreshold: 1).edges == graph.edges)
  }

  @Test("A forced node stays whatever its influence, unless it feeds nothing")
  func forced() {
    let graph = HandWorkedGraph.graph
    let pruned = graph.prune(nodeThreshold: 0.7, edgeThreshold: 1, convention: .circuitTracer, keeping: [1])
    #expect(pruned.keptNodes == [0, 1, 2, 7, 8, 9])
    #expect(pruned.edges.weight(row: 2, column: 1) == -2)
    let stranded = graph.prune(
      nodeThreshold: 0.7, edgeThreshold: 0.1, convention: .circuitTracer, keeping: [1])
    #expect(stranded.keptNodes == [7, 8, 9])
  }

  @Test("Cumulative scores are shares at the place in the ranking")
  func cumulative() {
    let scores = HandWorkedGraph.graph.prune().cumulativeScores
    #expect(abs(scores[2] - 0.375 / 1.21875) < 1e-15)
    #expect(abs(scores[0] - 0.625 / 1.21875) < 1e-15)
    #expect(abs(scores[7] - 0.8125 / 1.21875) < 1e-15)
    #expect(scores[9] == 1)
  }

  @Test("Nodes that lose their edges go, in chains, but tokens and logits stay")
  func stranded() {
    // The strongest edge score is logit ← c; alone it strands everything.
    let pruned = HandWorkedGraph.graph.prune(nodeThreshold: 1, edgeThreshold: 0.1)
    #expect(pruned.keptNodes == [7, 8, 9])
    #expect(pruned.edges.entryCount == 0)
  }

  @Test(
    "Pruning equals the dense definition on random graphs", arguments: 1...10 as ClosedRange<UInt64>,
    PruningConvention.allCases)
  func twin(seed: UInt64, convention: PruningConvention) {
    var generator = SeededGenerator(seed: seed)
    let shape = RandomGraphShape(
      layers: Int(seed % 4) + 2, positions: 3, featuresPerSite: 3, logits: 2,
      density: Double(seed % 3 + 1) / 4)
    let graph = shape.makeGraph(using: &generator)
    for (nodes, edges) in [(0.8, 0.98), (0.5, 0.7), (0.95, 0.4)] {
      let pruned = graph.prune(nodeThreshold: nodes, edgeThreshold: edges, convention: convention)
      let dense = DenseGraph(graph).pruned(nodes: nodes, edges: edges, keepsErrors: convention == .paper)
      #expect(pruned.isKept == dense.nodes)
      #expect(DenseGraph(pruned).matrix.map { $0.map { $0 != 0 } } == dense.edges)
    }
  }

  @Test("What is kept has inputs and outputs, and keeps its weights")
  func invariants() {
    var generator = SeededGenerator(seed: 5)
    let shape = RandomGraphShape(layers: 8, positions: 6, featuresPerSite: 5, logits: 5, density: 0.2)
    let graph = shape.makeGraph(using: &generator)
    let pruned = graph.prune(nodeThreshold: 0.6, edgeThreshold: 0.8)
    for node in pruned.keptNodes where node < graph.layout.tokenRange.lowerBound {
      #expect(!pruned.strongestOutputs(of: graph.layout.node(at: node), limit: 1).isEmpty)
      #expect(!pruned.edges.row(node).columns.isEmpty || node >= graph.layout.errorRange.lowerBound)
    }
    for target in 0..<graph.layout.count {
      for (source, weight) in zip(pruned.edges.row(target).columns, pruned.edges.row(target).weights) {
        #expect(graph.edges.weight(row: target, column: Int(source)) == weight)
        #expect(pruned.isKept[target] && pruned.isKept[Int(source)])
      }
    }
  }

  @Test(
    "Limits keep the strongest nodes and edges of those that pass the thresholds",
    arguments: PruningConvention.allCases)
  func limits(convention: PruningConvention) {
    var generator = SeededGenerator(seed: 9)
    let shape = RandomGraphShape(layers: 6, positions: 5, featuresPerSite: 6, logits: 3, density: 0.4)
    let graph = shape.makeGraph(using: &generator)
    let influence = graph.influence()
    let whole = graph.prune(convention: convention)
    let wide = GraphLimits(nodes: 1000, edges: 1_000_000)
    #expect(graph.prune(convention: convention, limits: wide) == whole && !whole.isLimited)
    for limits in [
      GraphLimits(nodes: 40), .init(edges: 120), .init(nodes: 25, edges: 60), .init(nodes: 0, edges: 0),
    ] {
      let pruned = graph.prune(convention: convention, limits: limits)
      let safe = graph.layout.tokenRange.lowerBound
      let kept = pruned.keptNodes.filter { $0 < safe }
      #expect(pruned.isLimited && kept.count <= limits.nodes && pruned.edges.entryCount <= limits.edges)
      #expect(pruned.keptNodes.filter { $0 >= safe } == Array(safe..<graph.layout.count))
      let strongest = whole.keptNodes.filter { $0 < safe }.sorted { influence[$0] > influence[$1] }
      #expect(Set(kept).isSubset(of: strongest.prefix(limits.nodes)))
      #expect(pruned.influenceShare <= 1 && pruned.influenceShare > 0)
    }
  }

  @Test("A graph of 50,000 nodes and 5 million edges is pruned")
  func scale() {
    var generator = SeededGenerator(seed: 1)
    let shape = RandomGraphShape(
      layers: 24, positions: 80, featuresPerSite: 25, logits: 10, density: 0.0047)
    let graph = shape.makeGraph(using: &generator)
    #expect(graph.layout.count > 50_000 && graph.edges.entryCount > 5_000_000)
    let pruned = graph.prune()
    #expect(pruned.edges.entryCount < graph.edges.entryCount)
    #expect(!graph.strongestPaths(from: 0, count: 10).isEmpty)
  }
}
