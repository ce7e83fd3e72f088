public import CircuitGraphs

/// Asks which heads carry an edge.
public struct HeadsRequest: Sendable {
  /// The prompt.
  public var subject: LiveSubject
  /// The graph of the prompt.
  public var graph: AttributionGraph
  /// Where the edge begins and ends.
  public var source: Node
  /// Where the edge ends.
  public var target: Node

  /// Asks.
  public init(_ subject: LiveSubject, graph: AttributionGraph, source: Node, target: Node) {
    self.subject = subject
    self.graph = graph
    self.source = source
    self.target = target
  }
}

/// Which heads carry an edge: weight = direct + Σ single + several.
public struct HeadsAnswer: Encodable, Sendable, Equatable {
  /// A head; written as `[layer, head, through, single]`.
  public struct Head: Encodable, Sendable, Equatable {
    /// The layer.
    public var layer: Int
    /// The head in its layer.
    public var head: Int
    /// What all paths through the head carry, and what those carry that pass no other.
    public var through: Float
    /// What those paths carry that pass no other head.
    public var single: Float

    /// Describes a head.
    public init(layer: Int, head: Int, through: Float, single: Float) {
      self.layer = layer
      self.head = head
      self.through = through
      self.single = single
    }

    /// Writes a list.
    public func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      try list.encode(layer)
      try list.encode(head)
      try list.encode(through)
      try list.encode(single)
    }
  }

  /// The edge's weight, its part straight through the residual stream, and its part through several heads.
  public var weight: Float
  /// Its part straight through the residual stream.
  public var direct: Float
  /// Its part through several heads.
  public var several: Float
  /// The strongest heads.
  public var through: [Head]

  /// Answers.
  public init(weight: Float, direct: Float, several: Float, through: [Head]) {
    self.weight = weight
    self.direct = direct
    self.several = several
    self.through = through
  }
}
