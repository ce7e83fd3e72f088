/// A node at the other end of an edge.
public struct Connection: Equatable, Sendable {
  /// The node at the other end.
  public let node: Node
  /// The edge's signed weight.
  public let weight: Float
  /// The absolute weight as a share of all absolute input of the edge's target in this graph.
  public let share: Double
}

extension CircuitGraph {
  /// Returns the strongest inputs of a node, by absolute weight.
  ///
  /// - Parameters:
  ///   - node: A node of the graph.
  ///   - limit: How many to return at most.
  /// - Returns: Sources, strongest first; equally strong ones in the order of the nodes.
  public func strongestInputs(of node: Node, limit: Int) -> [Connection] {
    let row = edges.row(index(of: node))
    let normalizer = edges.normalizer(ofRow: index(of: node), hidden: hiddenErrorMass)
    let strongest = row.columns.indices.sorted {
      (row.weights[$1].magnitude, $0) < (row.weights[$0].magnitude, $1)
    }
    return strongest.prefix(limit).map { place in
      connection(to: Int(row.columns[place]), weight: row.weights[place], normalizer: normalizer)
    }
  }

  /// Returns the strongest outputs of a node, by their share of the target's input.
  ///
  /// - Parameters:
  ///   - node: A node of the graph.
  ///   - limit: How many to return at most.
  /// - Returns: Targets, largest share first; equal ones in the order of the nodes.
  /// - Complexity: O(nodes · log(row length)), and the length of each row that the node feeds.
  public func strongestOutputs(of node: Node, limit: Int) -> [Connection] {
    let source = index(of: node)
    var outputs: [(target: Int, connection: Connection)] = []
    for target in 0..<edges.rowCount {
      let weight = edges.weight(row: target, column: source)
      guard weight != 0 else { continue }
      let normalizer = edges.normalizer(ofRow: target, hidden: hiddenErrorMass)
      outputs.append((target, connection(to: target, weight: weight, normalizer: normalizer)))
    }
    outputs.sort { ($1.connection.share, $0.target) < ($0.connection.share, $1.target) }
    return outputs.prefix(limit).map(\.connection)
  }

  private func connection(to index: Int, weight: Float, normalizer: Double) -> Connection {
    Connection(
      node: layout.node(at: index), weight: weight, share: Double(weight.magnitude) * normalizer)
  }

  /// Returns the index of a node that the graph must have.
  func index(of node: Node) -> Int {
    guard let index = layout.index(of: node) else {
      preconditionFailure("the graph has no node \(node)")
    }
    return index
  }
}
