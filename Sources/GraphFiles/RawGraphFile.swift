public import CircuitGraphs
public import ModelFiles

/// An attribution graph as it was computed, before pruning, in one safetensors file; see `GraphTensors` for what is in it.
public struct RawGraphFile: Sendable {
  /// The graph.
  public var graph: AttributionGraph
  /// What is said about it in the header.
  public var metadata: [String: String]

  /// Joins a graph with what is said about it.
  public init(graph: AttributionGraph, metadata: [String: String] = [:]) {
    self.graph = graph
    self.metadata = metadata
  }

  /// Writes the file under a temporary name and renames it.
  public func write(to path: String) throws(ModelFileError) {
    let sizes = GraphTensors.sizes(of: graph.layout, format: "microscope-graph")
    try GraphTensors(graph: graph, metadata: metadata.merging(sizes) { given, _ in given }).write(to: path)
  }
}
