import CircuitGraphs
import Testing
import _GraphTestSupport

@Suite("Connections and paths")
struct ConnectionTests {
  private typealias Hand = HandWorkedGraph

  @Test("Inputs come strongest first, with sign and share")
  func inputs() {
    let inputs = Hand.graph.strongestInputs(of: .feature(Hand.c), limit: 2)
    #expect(inputs.map(\.node) == [.feature(Hand.a), .feature(Hand.b)])
    #expect(inputs.map(\.weight) == [4, -2])
    #expect(inputs.map(\.share) == [0.5, 0.25])
    #expect(Hand.graph.strongestInputs(of: .token(position: 0), limit: 3).isEmpty)
  }

  @Test("Outputs come by the share of the target's input")
  func outputs() {
    let outputs = Hand.graph.strongestOutputs(of: .feature(Hand.a), limit: 5)
    #expect(outputs.map(\.node) == [.feature(Hand.c), .logit(rank: 0)])
    #expect(outputs.map(\.weight) == [4, -1])
    #expect(outputs.map(\.share) == [0.5, 0.125])
  }

  @Test("The strongest edges are those that carry the most of what reaches the outputs")
  func strongestEdges() {
    let graph = Hand.graph
    let influence = graph.influence()
    var scores: [GraphEdge: Double] = [:]
    for target in 0..<graph.layout.count {
      let row = graph.edges.row(target)
      let sum = row.weights.reduce(0.0) { $0 + Double(abs($1)) }
      let rank = target - graph.layout.logitRange.lowerBound
      let own = influence[target] + (rank >= 0 ? Double(graph.logits[rank].probability) : 0)
      for (column, weight) in zip(row.columns, row.weights) {
        let edge = GraphEdge(from: graph.layout.node(at: Int(column)), to: graph.layout.node(at: target))
        scores[edge] = Double(abs(weight)) / sum * own
      }
    }
    let edges = graph.strongestEdges(.max)
    #expect(edges.count == scores.count && Set(edges) == Set(scores.keys))
    let found = edges.map { scores[$0] ?? 0 }
    #expect(zip(found, found.dropFirst()).allSatisfy { $0 >= $1 - 1e-12 })
    let into = graph.edges(into: .feature(Hand.c))
    #expect(into.count == graph.strongestInputs(of: .feature(Hand.c), limit: .max).count)
    #expect(into.allSatisfy { $0.target == .feature(Hand.c) && scores[$0] != nil })
    #expect(graph.edges(into: .token(position: 0)).isEmpty)
    #expect(graph.strongestEdges(2) == Array(edges.prefix(2)) && graph.strongestEdges(0).isEmpty)
  }

  @Test("In a pruned graph shares are those among the kept edges")
  func prunedShares() {
    let pruned = Hand.graph.prune(nodeThreshold: 0.7, edgeThreshold: 1, convention: .circuitTracer)
    #expect(pruned.strongestInputs(of: .feature(Hand.c), limit: 9).map(\.share) == [1])
  }

  @Test("The strongest paths of a hand-worked graph are those found by hand")
  func paths() {
    let paths = Hand.graph.strongestPaths(from: 0, count: 3)
    #expect(paths.map(\.strength) == [0.28125, 0.1875, 0.1875])
    #expect(
      paths.first?.nodes == [.logit(rank: 0), .feature(Hand.c), .feature(Hand.a), .token(position: 0)])
    #expect(paths.first?.weights == [6, 4, 3])
    #expect(paths.dropFirst().map(\.nodes.last) == [.token(position: 1), .error(layer: 0, position: 0)])
    #expect(Hand.graph.strongestPaths(from: 0, count: 0).isEmpty)
    // All there are: seven, whose strengths sum to one.
    let all = Hand.graph.strongestPaths(from: 0, count: 100)
    #expect(all.count == 7)
    #expect(all.reduce(0) { $0 + $1.strength } == 1)
  }

  @Test("The best paths equal a full enumeration", arguments: 1...8 as ClosedRange<UInt64>)
  func twin(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let shape = RandomGraphShape(layers: 4, positions: 2, featuresPerSite: 2, logits: 2, density: 0.6)
    let graph = shape.makeGraph(using: &generator)
    let matrix = DenseGraph(graph).normalized
    let target = graph.layout.logitRange.upperBound - 1
    let every = enumerate(from: target, matrix, graph.layout).sorted(by: >)
    let best = graph.strongestPaths(from: 1, count: 12)
    #expect(best.count == min(12, every.count))
    #expect(zip(best, every).allSatisfy { abs($0.strength - $1) < 1e-12 })
    for path in best {
      let weights = zip(path.nodes, path.nodes.dropFirst()).map { target, source in
        graph.edges.weight(
          row: graph.layout.index(of: target) ?? 0, column: graph.layout.index(of: source) ?? 0)
      }
      #expect(weights == path.weights)
    }
  }

  private func enumerate(from node: Int, _ matrix: [[Double]], _ layout: NodeLayout) -> [Double] {
    if (layout.errorRange.lowerBound..<layout.tokenRange.upperBound).contains(node) { return [1] }
    return matrix[node].indices.filter { matrix[node][$0] > 0 }.flatMap { source in
      enumerate(from: source, matrix, layout).map { $0 * matrix[node][source] }
    }
  }
}
