/// A path through a graph, from a logit back to where it begins.
public struct CircuitPath: Equatable, Sendable {
  /// The nodes, from the logit to a token or an error.
  public let nodes: [Node]
  /// The signed weight of each edge, from `nodes[i + 1]` to `nodes[i]`; one less than there are nodes.
  public let weights: [Float]
  /// The product of the edges' shares in their targets' absolute input.
  public let strength: Double
}

extension CircuitGraph {
  /// Returns the strongest paths that lead from tokens and errors to a logit.
  ///
  /// A path's strength is the product of its edges' shares in their targets' absolute input. The search is
  /// exact, because the best `count` paths to a node extend the best `count` paths to its sources:
  ///
  /// 1. A token or an error has one path, of strength 1.
  /// 2. Features are taken from the lowest layer up; each keeps the best `count` continuations of its
  ///    sources' paths.
  /// 3. The logit does the same, and its paths are followed back to where they begin.
  ///
  /// - Parameters:
  ///   - logit: The rank of the logit.
  ///   - count: How many paths to return at most.
  ///   - includingErrors: Whether paths may begin at errors.
  /// - Returns: Paths, strongest first.
  /// - Complexity: O(edges · count) at worst, and nodes · count memory.
  public func strongestPaths(from logit: Int, count: Int, includingErrors: Bool = true) -> [CircuitPath] {
    let target = index(of: .logit(rank: logit))
    guard count > 0 else { return [] }
    var steps = [[Step]](repeating: [], count: layout.count)
    // 1.
    let first = includingErrors ? layout.errorRange.lowerBound : layout.tokenRange.lowerBound
    for origin in first..<layout.tokenRange.upperBound {
      steps[origin] = [Step(strength: 1, source: -1, rank: 0)]
    }
    // 2. and 3.
    for node in layout.featureRange {
      steps[node] = edges.bestSteps(into: node, steps, count, hidden: hiddenErrorMass)
    }
    steps[target] = edges.bestSteps(into: target, steps, count, hidden: hiddenErrorMass)
    return steps[target].indices.map { path(into: target, rank: $0, steps) }
  }

  /// Follows the path of a given rank from a node back to its origin.
  private func path(into target: Int, rank: Int, _ steps: [[Step]]) -> CircuitPath {
    var nodes = [layout.node(at: target)]
    var weights: [Float] = []
    var node = target
    var step = steps[target][rank]
    while step.source >= 0 {
      let source = Int(step.source)
      weights.append(edges.weight(row: node, column: source))
      nodes.append(layout.node(at: source))
      (node, step) = (source, steps[source][Int(step.rank)])
    }
    return CircuitPath(nodes: nodes, weights: weights, strength: steps[target][rank].strength)
  }
}

/// The last edge of a path into a node: which path of which source it continues.
private struct Step {
  let strength: Double
  /// The source's index, or -1 where the path begins.
  let source: Int32
  let rank: Int32
}

extension SparseRows {
  /// Returns the strongest ways into a row's node, given those into its sources, strongest first.
  fileprivate func bestSteps(into row: Int, _ steps: [[Step]], _ count: Int, hidden: [Float]) -> [Step] {
    let normalizer = normalizer(ofRow: row, hidden: hidden)
    var best: [Step] = []
    for place in range(ofRow: row) {
      let share = Double(weights[place].magnitude) * normalizer
      for (rank, step) in steps[Int(columns[place])].enumerated() {
        let strength = share * step.strength
        if best.count == count, let last = best.last, strength <= last.strength { break }
        let position = best.firstIndex { $0.strength < strength } ?? best.count
        best.insert(Step(strength: strength, source: columns[place], rank: Int32(rank)), at: position)
        if best.count > count { best.removeLast() }
      }
    }
    return best
  }
}
