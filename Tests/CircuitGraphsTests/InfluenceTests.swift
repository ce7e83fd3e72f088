import CircuitGraphs
import Testing
import _GraphTestSupport

@Suite("Influence and scores")
struct InfluenceTests {
  @Test("A hand-worked graph has the influences worked out by hand, exactly")
  func handWorked() {
    // c: 1/2 · 3/4; a: 1/2 · 1/8 + c/2; b: c/4; errors: c/4 and 1/2 · 1/8; tokens: a · 3/4, a/4 + b.
    let expected = [0.25, 0.09375, 0.375, 0.09375, 0, 0, 0.0625, 0.1875, 0.15625, 0]
    #expect(HandWorkedGraph.graph.influence() == expected)
  }

  @Test("A hand-worked graph has the scores worked out by hand")
  func handWorkedScores() {
    let scores = GraphScores(HandWorkedGraph.graph)
    // Tokens carry 0.34375 and errors 0.15625.
    #expect(scores.replacement == 0.6875)
    // All nodes carry 1.21875 + 0.5; of c's 0.375 a quarter comes from errors, of the logit's 0.5 an eighth.
    #expect(abs(scores.completeness - (1 - (0.375 / 4 + 0.5 / 8) / 1.71875)) < 1e-15)
  }

  @Test("The mean path length of a hand-worked graph is the one worked out by hand")
  func handWorkedPathLength() {
    // logit–a–token: 2 edges, 1/2 · 1/8; logit–c–a–token: 3 edges, 1/2 · 3/8; logit–c–b–token: 3, 1/2 · 3/16.
    let expected = (2 * 0.0625 + 3 * 0.1875 + 3 * 0.09375) / 0.34375
    #expect(abs(HandWorkedGraph.graph.averagePathLength() - expected) < 1e-15)
  }

  @Test("A graph without edges has no influence and no scores")
  func empty() {
    let layout = NodeLayout(features: [], layerCount: 1, positionCount: 1, logitCount: 1)
    var edges = SparseRows(columnCount: 3)
    edges.appendEmptyRows(3)
    let graph = AttributionGraph(
      layout: layout, edges: edges, activations: [],
      logits: [LogitNode(vocabularyIndex: 0, label: "x", probability: 1)], tokens: [0])
    #expect(graph.influence() == [0, 0, 0])
    #expect(GraphScores(graph).replacement == 0)
    #expect(graph.averagePathLength() == 0)
    #expect(graph.prune().keptNodes == [1, 2])
  }

  @Test("One sweep equals power iteration on random graphs", arguments: 1...12 as ClosedRange<UInt64>)
  func twin(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let shape = RandomGraphShape(
      layers: Int(seed % 5) + 1, positions: 3, featuresPerSite: Int(seed % 4) + 1, logits: 3,
      density: Double(seed % 3 + 1) / 3)
    let graph = shape.makeGraph(using: &generator)
    let dense = DenseGraph(graph)
    #expect(zip(graph.influence(), dense.influence).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(graph.averagePathLength() - dense.averagePathLength) < 1e-9)
    let scores = GraphScores(graph)
    #expect(abs(scores.replacement - dense.scores.replacement) < 1e-12)
    #expect(abs(scores.completeness - dense.scores.completeness) < 1e-12)
  }

  @Test("Influence that enters a graph leaves it through tokens and errors")
  func conservation() {
    var generator = SeededGenerator(seed: 99)
    let shape = RandomGraphShape(layers: 6, positions: 5, featuresPerSite: 4, logits: 4, density: 0.5)
    let graph = shape.makeGraph(using: &generator)
    let influence = graph.influence()
    let origins = graph.layout.errorRange.lowerBound..<graph.layout.tokenRange.upperBound
    let entered = graph.logits.reduce(0) { $0 + Double($1.probability) }
    #expect(abs(influence[origins].reduce(0, +) - entered) < 1e-12)
  }
}
