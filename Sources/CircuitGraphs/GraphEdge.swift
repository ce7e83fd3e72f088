/// An edge of a graph, by its ends.
public struct GraphEdge: Hashable, Sendable {
  /// The node that acts.
  public let source: Node
  /// The node that is acted upon.
  public let target: Node

  /// Names the edge from `source` to `target`.
  public init(from source: Node, to target: Node) {
    self.source = source
    self.target = target
  }
}

extension GraphEdge: CustomStringConvertible {
  /// Both ends with an arrow between.
  public var description: String { "\(source) → \(target)" }
}

extension CircuitGraph {
  /// Returns all edges into a node, in the order of its sources.
  public func edges(into node: Node) -> [GraphEdge] {
    edges.row(index(of: node)).columns.map { GraphEdge(from: layout.node(at: Int($0)), to: node) }
  }

  /// Returns the edges that carry the most influence on the outputs.
  ///
  /// An edge carries its share of its target's absolute input, times the target's influence and its own probability:
  /// the score by which pruning keeps edges.
  ///
  /// - Returns: At most `count` edges, strongest first; equally strong ones in the order of the rows.
  /// - Complexity: O(edges · log edges).
  public func strongestEdges(_ count: Int) -> [GraphEdge] {
    let (influence, outputs) = (influence(), outputWeights)
    let normalizers = edges.normalizers(hidden: hiddenErrorMass)
    var scored: [(score: Double, place: Int, row: Int)] = []
    for row in 0..<edges.rowCount {
      let flow = (influence[row] + outputs[row]) * normalizers[row]
      for place in edges.range(ofRow: row) where edges.weights[place] != 0 {
        scored.append((Double(edges.weights[place].magnitude) * flow, place, row))
      }
    }
    scored.sort { ($1.score, $0.place) < ($0.score, $1.place) }
    return scored.prefix(count).map { edge in
      GraphEdge(
        from: layout.node(at: Int(edges.columns[edge.place])), to: layout.node(at: edge.row))
    }
  }
}
