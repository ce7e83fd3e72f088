/// The most that pruning leaves of a graph, whatever the thresholds.
public struct GraphLimits: Hashable, Sendable {
  /// Features and errors; tokens and logits come on top.
  public var nodes: Int
  /// Edges.
  public var edges: Int

  /// Sets limits; without a number there is none.
  public init(nodes: Int = .max, edges: Int = .max) {
    precondition(nodes >= 0 && edges >= 0, "limits of \(nodes) nodes and \(edges) edges")
    self.nodes = nodes
    self.edges = edges
  }
}
