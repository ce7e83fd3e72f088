/// Nodes of a graph that are read as one: a named group ("Circuit Tracing", "Grouping features into supernodes").
public struct Supernode: Hashable, Sendable {
  /// The group's name.
  public var name: String
  /// Its nodes.
  public var members: [Node]

  /// Groups nodes under a name.
  public init(name: String, members: [Node]) {
    self.name = name
    self.members = members
  }
}
