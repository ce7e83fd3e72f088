import CircuitGraphs

/// The strongest inputs of the first output, each with its own: where a reader would begin.
struct TracePaths {
  /// One edge of the tree.
  struct Line {
    /// The branches that are drawn before it.
    let branches: String
    let edge: GraphEdge
    let weight: Float
  }

  /// How many inputs are drawn at each depth.
  private static let widths: [Int] = [5, 2, 1, 1]

  /// The node at the root.
  let output = Node.logit(rank: 0)
  /// The tree from top to bottom.
  private(set) var lines: [Line] = []
  private var shown: Set<Node> = []

  init(_ graph: PrunedGraph) {
    add(graph, under: output, widths: TracePaths.widths[...], indent: "  ")
  }

  /// Adds the strongest inputs of a node that have a name; those of a node that stands elsewhere are not drawn again.
  private mutating func add(_ graph: PrunedGraph, under node: Node, widths: ArraySlice<Int>, indent: String) {
    guard let width = widths.first, shown.insert(node).inserted else { return }
    let inputs = graph.strongestInputs(of: node, limit: .max).filter { isNamed($0.node) }.prefix(width)
    for (place, input) in inputs.enumerated() {
      let isLast = place == inputs.count - 1
      lines.append(
        Line(
          branches: indent + (isLast ? "└─" : "├─"), edge: GraphEdge(from: input.node, to: node),
          weight: input.weight))
      add(graph, under: input.node, widths: widths.dropFirst(), indent: indent + (isLast ? "   " : "│  "))
    }
  }

  private func isNamed(_ node: Node) -> Bool {
    if case .error = node { false } else { true }
  }
}
