public import CircuitGraphs

/// The definitions of influence, scores and pruning written down naively over dense matrices.
public struct DenseGraph {
  /// All direct effects, rows targets, columns sources.
  public var matrix: [[Double]]
  /// The probability of each logit at its node, zero elsewhere.
  public let weights: [Double]
  private let layout: NodeLayout

  /// Spreads out a graph.
  public init(_ graph: some CircuitGraph) {
    let layout = graph.layout
    var matrix = [[Double]](repeating: Array(repeating: 0, count: layout.count), count: layout.count)
    for target in 0..<layout.count {
      for (source, weight) in zip(graph.edges.row(target).columns, graph.edges.row(target).weights) {
        matrix[target][Int(source)] = Double(weight)
      }
    }
    self.matrix = matrix
    self.layout = layout
    weights = (0..<layout.count).map { node in
      layout.logitRange.contains(node)
        ? Double(graph.logits[node - layout.logitRange.lowerBound].probability) : 0
    }
  }

  /// The absolute matrix, each row divided by its sum.
  public var normalized: [[Double]] {
    matrix.map { row in
      let sum = max(row.reduce(0) { $0 + abs($1) }, 1e-10)
      return row.map { abs($0) / sum }
    }
  }

  /// Influence by power iteration, until nothing flows any more.
  public var influence: [Double] {
    var total = [Double](repeating: 0, count: weights.count)
    var flow = times(weights)
    while flow.contains(where: { $0 != 0 }) {
      for index in total.indices { total[index] += flow[index] }
      flow = times(flow)
    }
    return total
  }

  /// Mean path length from tokens, each power of the matrix being the paths of one length.
  public var averagePathLength: Double {
    var flow = times(weights)
    var (steps, mass, sum) = (1.0, 0.0, 0.0)
    while flow.contains(where: { $0 != 0 }) {
      let arrived = flow[layout.tokenRange].reduce(0, +)
      mass += arrived
      sum += arrived * steps
      steps += 1
      flow = times(flow)
    }
    return sum / mass
  }

  /// Replacement and completeness scores.
  public var scores: (replacement: Double, completeness: Double) {
    let influence = influence
    let tokens = influence[layout.tokenRange].reduce(0, +)
    let errors = influence[layout.errorRange].reduce(0, +)
    let outputs = zip(influence, weights).map { $0 + $1 }
    let covered = zip(normalized, outputs).map { (1 - $0[layout.errorRange].reduce(0, +)) * $1 }
    return (tokens / (tokens + errors), covered.reduce(0, +) / outputs.reduce(0, +))
  }

  /// The kept nodes and edges, by a loop that runs until nothing changes.
  public func pruned(nodes: Double, edges: Double, keepsErrors: Bool) -> (nodes: [Bool], edges: [[Bool]]) {
    let influence = influence
    let cut = DenseGraph.cut(influence, at: nodes)
    let safe = keepsErrors ? layout.errorRange.lowerBound : layout.tokenRange.lowerBound
    var nodeMask = influence.indices.map { $0 >= safe || influence[$0] >= cut }
    var rest = self
    rest.restrict(to: nodeMask)
    let outputs = zip(rest.influence, weights).map { $0 + $1 }
    let scores = zip(rest.normalized, outputs).map { row, output in row.map { $0 * output } }
    let edgeCut = DenseGraph.cut(scores.flatMap(\.self), at: edges)
    var edgeMask = zip(scores, rest.matrix).map { zip($0, $1).map { $0 >= edgeCut && $1 != 0 } }
    while removeStranded(&nodeMask, &edgeMask) {}
    return (nodeMask, edgeMask)
  }

  private func removeStranded(_ nodes: inout [Bool], _ edges: inout [[Bool]]) -> Bool {
    let before = nodes
    for node in 0..<layout.tokenRange.lowerBound {
      let feeds = edges.contains { $0[node] }
      let isFed = edges[node].contains(true) || layout.errorRange.contains(node)
      nodes[node] = nodes[node] && feeds && isFed
    }
    for row in edges.indices {
      for column in edges.indices { edges[row][column] = edges[row][column] && nodes[row] && nodes[column] }
    }
    return before != nodes
  }

  private mutating func restrict(to mask: [Bool]) {
    for row in matrix.indices {
      for column in matrix.indices where !(mask[row] && mask[column]) { matrix[row][column] = 0 }
    }
  }

  private func times(_ vector: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: vector.count)
    for (row, flow) in zip(normalized, vector) where flow != 0 {
      for (column, value) in row.enumerated() { result[column] += value * flow }
    }
    return result
  }

  private static func cut(_ scores: [Double], at threshold: Double) -> Double {
    let sorted = scores.sorted(by: >)
    let total = sorted.reduce(0, +)
    var sum = 0.0
    for score in sorted {
      sum += score
      if sum / total >= threshold { return score }
    }
    return sorted.last ?? 0
  }
}
