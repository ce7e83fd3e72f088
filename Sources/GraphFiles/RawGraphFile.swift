public import CircuitGraphs
import LinearAlgebra
public import ModelFiles

/// An attribution graph as it was computed, before pruning, in one safetensors file.
///
/// Tensors: `tokens` [T], `features` [n, 3] (layer, position, index), `activations` [n], `edge_rows` and
/// `edge_columns` [edges] (targets and sources), `edge_weights` [edges], `logit_tokens`, `logit_probabilities`, and
/// `hidden_error_mass` (one a node, or empty).
/// Nodes are numbered features | errors (layer by layer) | tokens | logits; what made the graph is in the header.
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
    let features = graph.layout.features
    let edges = graph.edges
    let count = edges.entryCount
    var writer = try SafetensorsWriter(
      path: path,
      declaring: [
        .init("tokens", .integer(.i32), [graph.tokens.count]),
        .init("features", .integer(.i32), [features.count, 3]),
        .init("activations", .float(.f32), [features.count]),
        .init("edge_rows", .integer(.i32), [count]),
        .init("edge_columns", .integer(.i32), [count]),
        .init("edge_weights", .float(.f32), [count]),
        .init("logit_tokens", .integer(.i32), [graph.logits.count]),
        .init("logit_probabilities", .float(.f32), [graph.logits.count]),
        .init("hidden_error_mass", .float(.f32), [graph.hiddenErrorMass.count]),
      ], metadata: metadata.merging(sizes) { given, _ in given })
    try writer.append(integers: graph.tokens, to: "tokens")
    try writer.append(integers: features.flatMap { [$0.layer, $0.position, $0.index] }, to: "features")
    try writer.append(floats: graph.activations, to: "activations")
    for row in 0..<edges.rowCount {
      let entries = edges.range(ofRow: row).count
      if entries > 0 { try writer.append(integers: Array(repeating: row, count: entries), to: "edge_rows") }
    }
    for row in 0..<edges.rowCount {
      try writer.append(integers: edges.row(row).columns.map { Int($0) }, to: "edge_columns")
    }
    try writer.append(floats: edges.weights, to: "edge_weights")
    try writer.append(integers: graph.logits.map(\.vocabularyIndex), to: "logit_tokens")
    try writer.append(floats: graph.logits.map(\.probability), to: "logit_probabilities")
    try writer.append(floats: graph.hiddenErrorMass, to: "hidden_error_mass")
    try writer.finish()
  }

  private var sizes: [String: String] {
    [
      "format": "microscope-graph", "layer_count": String(graph.layout.layerCount),
      "position_count": String(graph.layout.positionCount),
    ]
  }
}
