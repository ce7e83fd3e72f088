import CircuitGraphs
import LinearAlgebra
import ModelFiles

/// How an attribution graph lies in a safetensors file.
///
/// `tokens` [T], `features` [n, 3] (layer, position, index), `activations` [n], `edge_rows` and `edge_columns` [edges]
/// (targets and sources), `edge_weights` [edges], `logit_tokens`, `logit_probabilities`, and `hidden_error_mass` (one a
/// node, or empty).
/// Nodes are numbered features | errors (layer by layer) | tokens | logits; what made the graph is in the header.
struct GraphTensors {
  let graph: AttributionGraph
  /// What else is kept, one number a node each.
  var perNode: [(name: String, values: [Float])] = []
  var metadata: [String: String]

  /// Writes the file under a temporary name and renames it.
  func write(to path: String) throws(ModelFileError) {
    let edges = graph.edges
    var writer = try SafetensorsWriter(path: path, declaring: declarations, metadata: metadata)
    let features = graph.layout.features.flatMap { [$0.layer, $0.position, $0.index] }
    try writer.append(integers: graph.tokens, to: "tokens")
    try writer.append(integers: features, to: "features")
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
    for (name, values) in perNode { try writer.append(floats: values, to: name) }
    try writer.finish()
  }

  private var declarations: [SafetensorsWriter.Declaration] {
    let count = graph.edges.entryCount
    let features = graph.layout.features.count
    return [
      .init("tokens", .integer(.i32), [graph.tokens.count]),
      .init("features", .integer(.i32), [features, 3]),
      .init("activations", .float(.f32), [features]),
      .init("edge_rows", .integer(.i32), [count]),
      .init("edge_columns", .integer(.i32), [count]),
      .init("edge_weights", .float(.f32), [count]),
      .init("logit_tokens", .integer(.i32), [graph.logits.count]),
      .init("logit_probabilities", .float(.f32), [graph.logits.count]),
      .init("hidden_error_mass", .float(.f32), [graph.hiddenErrorMass.count]),
    ] + perNode.map { .init($0.name, .float(.f32), [$0.values.count]) }
  }

  /// What every header says.
  static func sizes(of layout: NodeLayout, format: String) -> [String: String] {
    [
      "format": format, "layer_count": String(layout.layerCount),
      "position_count": String(layout.positionCount),
    ]
  }
}
