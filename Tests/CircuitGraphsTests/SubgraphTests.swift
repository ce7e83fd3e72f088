import CircuitGraphs
import Testing
import _GraphTestSupport

@Suite("Pinned subgraphs and supernodes")
struct SubgraphTests {
  @Test("A pinned subgraph is scored as by hand")
  func handWorked() {
    // c is pinned, a and b are not. Logit: c 3/4, hidden 1/8 (of a), error 1/8. c: error 1/4, hidden 3/4 (a and b).
    // No token is reached, so replacement is 0. I: c .375, error(1,1) .0625, error(0,0) .09375; hidden .0625 + .28125.
    let graph = HandWorkedGraph.graph
    let scores = GraphScores(graph, pinned: [2])
    #expect(scores.replacement == 0)
    // Covered: logit (1 − 1/4) · .5, c (1 − 1) · .375, errors .15625, hidden .34375; total .5 + .375 + .15625 + .34375.
    #expect(abs(scores.completeness - (0.375 + 0.15625 + 0.34375) / 1.375) < 1e-12)
    // With a pinned too, half of c comes from it: tokens receive all of a's .0625 + .1875.
    let more = GraphScores(graph, pinned: [0, 2])
    #expect(abs(more.replacement - 0.25 / 0.5) < 1e-12)
  }

  @Test("All features pinned give the graph's own scores, none the direct paths'")
  func limits() {
    var generator = SeededGenerator(seed: 3)
    let shape = RandomGraphShape(layers: 4, positions: 4, featuresPerSite: 3, logits: 2, density: 0.4)
    let graph = shape.makeGraph(using: &generator)
    #expect(GraphScores(graph, pinned: Set(graph.layout.featureRange)) == GraphScores(graph))
    let direct = GraphScores(graph, pinned: [])
    #expect(direct.replacement < GraphScores(graph).replacement)
    let rows = graph.layout.logitRange.map { graph.edges.row($0) }
    var tokens = 0.0
    for (row, logit) in zip(rows, graph.logits) {
      let all = row.weights.reduce(0.0) { $0 + Double($1.magnitude) }
      let mine = zip(row.columns, row.weights).filter { graph.layout.tokenRange.contains(Int($0.0)) }
      tokens += Double(logit.probability) * mine.reduce(0.0) { $0 + Double($1.1.magnitude) } / all
    }
    let total = graph.logits.reduce(0.0) { $0 + Double($1.probability) }
    #expect(abs(direct.replacement - tokens / total) < 1e-6)
  }

  @Test("Edges among supernodes follow the formula, worked by hand")
  func groups() {
    // Groups: {a, c}, {b}, {logit}, {token1}.
    // a: outside 1, of token1 1/4. c: a is inside (1/2), so ext = 1/2; of b −1/4.
    // token1 → {a, c}: (1 · 1/4 + 1/2 · 0) / 1.5; b → {a, c}: (1/2 · −1/4) / 1.5.
    let edges = HandWorkedGraph.graph.edges(among: [[0, 2], [1], [9], [8]])
    let expected = [
      GroupEdge(source: 1, target: 0, weight: -0.125 / 1.5),
      GroupEdge(source: 3, target: 0, weight: 0.25 / 1.5),
      GroupEdge(source: 3, target: 1, weight: -1), GroupEdge(source: 0, target: 2, weight: 0.75 - 0.125),
    ]
    #expect(edges.count == expected.count)
    for (edge, wanted) in zip(edges, expected) {
      #expect(edge.source == wanted.source && edge.target == wanted.target)
      #expect(abs(edge.weight - wanted.weight) < 1e-12)
    }
  }

  @Test("A group that reads only itself has no edges; single nodes have their shares of input")
  func degenerate() {
    let graph = HandWorkedGraph.graph
    #expect(graph.edges(among: [[1, 8]]).isEmpty)
    #expect(graph.edges(among: []).isEmpty)
    let single = graph.edges(among: [[0], [7], [8]])
    #expect(single.map(\.weight) == [0.75, 0.25])
  }
}
