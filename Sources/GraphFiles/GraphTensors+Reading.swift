import CircuitGraphs
import ModelFiles

/// A graph read back from a safetensors file, every number checked before a graph is made of it.
struct GraphReader {
  let file: SafetensorsFile
  let path: String

  init(path: String) throws(ModelFileError) {
    file = try SafetensorsFile(path: path)
    self.path = path
  }

  /// The graph; its logits are called by `labels`, in their order.
  func graph(labels: [String]) throws(ModelFileError) -> AttributionGraph {
    let layout = try layout()
    let tokens = try integers("tokens")
    let activations = try file.tensor("activations").floats()
    let vocabulary = try integers("logit_tokens")
    let probabilities = try file.tensor("logit_probabilities").floats()
    let hidden = try file.tensor("hidden_error_mass").floats()
    guard tokens.count == layout.positionCount, activations.count == layout.features.count,
      vocabulary.count == probabilities.count, Set(vocabulary).count == vocabulary.count,
      hidden.isEmpty || hidden.count == layout.count, probabilities.allSatisfy(\.isFinite),
      hidden.allSatisfy({ $0.isFinite && $0 >= 0 }), activations.allSatisfy(\.isFinite)
    else { throw malformed("its tensors do not belong together") }
    let logits = vocabulary.indices.map {
      LogitNode(
        vocabularyIndex: vocabulary[$0], label: $0 < labels.count ? labels[$0] : "",
        probability: probabilities[$0])
    }
    return AttributionGraph(
      layout: layout, edges: try edges(layout), activations: activations, logits: logits, tokens: tokens,
      hiddenErrorMass: hidden)
  }

  /// One finite number a node.
  func perNode(_ name: String, count: Int) throws(ModelFileError) -> [Float] {
    let values = try file.tensor(name).floats()
    guard values.count == count, values.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw malformed("\(name) is not a number for each node")
    }
    return values
  }

  /// A number of the header.
  func number(_ key: String) throws(ModelFileError) -> Double {
    guard let value = file.metadata[key].flatMap(Double.init), value.isFinite else {
      throw malformed("its header does not state \(key)")
    }
    return value
  }

  private func integers(_ name: String) throws(ModelFileError) -> [Int] { try file.tensor(name).integers() }

  private func layout() throws(ModelFileError) -> NodeLayout {
    let layers = Int(exactly: try number("layer_count")) ?? -1
    let positions = Int(exactly: try number("position_count")) ?? -1
    let numbers = try integers("features")
    let logits = try integers("logit_tokens").count
    let limit = 100_000_000
    guard (0...100_000).contains(layers), (0...10_000_000).contains(positions), layers * positions < limit,
      numbers.count % 3 == 0, numbers.count < limit, logits < limit
    else { throw malformed("its sizes make no sense") }
    let features = stride(from: 0, to: numbers.count, by: 3).map {
      FeatureNode(layer: numbers[$0], position: numbers[$0 + 1], index: numbers[$0 + 2])
    }
    let isOrdered = zip(features, features.dropFirst()).allSatisfy { $0 < $1 }
    let isInside = features.allSatisfy {
      (0..<layers).contains($0.layer) && (0..<positions).contains($0.position) && $0.index >= 0
    }
    guard isOrdered, isInside else { throw malformed("its features are not in order") }
    return NodeLayout(features: features, layerCount: layers, positionCount: positions, logitCount: logits)
  }

  private func edges(_ layout: NodeLayout) throws(ModelFileError) -> SparseRows {
    let rows = try integers("edge_rows")
    let columns = try integers("edge_columns")
    let weights = try file.tensor("edge_weights").floats()
    guard rows.count == columns.count, rows.count == weights.count, weights.allSatisfy(\.isFinite) else {
      throw malformed("its edges are not whole")
    }
    var edges = SparseRows(columnCount: layout.count)
    edges.reserveCapacity(rows: layout.count, entries: rows.count)
    var place = 0
    for row in 0..<layout.count {
      let start = place
      while place < rows.count, rows[place] == row {
        let isOrdered = place == start || columns[place - 1] < columns[place]
        guard isOrdered, (0..<layout.count).contains(columns[place]),
          layout.isEdge(from: columns[place], to: row)
        else { throw malformed("its edge \(place) does not go forward") }
        place += 1
      }
      let (targets, values) = (columns[start..<place].map { Int32($0) }, Array(weights[start..<place]))
      edges.appendRow(columns: targets.span, weights: values.span)
    }
    guard place == rows.count else { throw malformed("its edges are not in order") }
    return edges
  }

  private func malformed(_ problem: String) -> ModelFileError { .malformed(path: path, problem: problem) }
}
