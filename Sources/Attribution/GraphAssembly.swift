import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Transcoders

/// Turns edge rows into a graph over expanded features, errors, tokens and outputs.
struct GraphAssembly {
  let model: LocalReplacementModel
  let targets: [AttributionTarget]
  /// The places of the expanded features, ascending.
  let expanded: [Int]
  let layout: RowLayout
  let unexpanded: AttributionOptions.UnexpandedFeatures

  func graph(_ known: KnownRows) -> AttributionGraph {
    let sites = expanded.map { model.features.sites[$0] }
    let nodes = NodeLayout(
      features: sites.map { FeatureNode(layer: $0.layer, position: $0.position, index: $0.index) },
      layerCount: model.layerCount, positionCount: model.positionCount, logitCount: targets.count)
    var edges = SparseRows(columnCount: nodes.count)
    var line = RowAssembly(nodes, nodeOfFeature: nodeOfFeature(), layout, unexpanded)
    let inputless = nodes.errorRange.count + nodes.tokenRange.count
    let order = entries(known)
    for entry in order.features { line.append(known, entry, to: &edges) }
    edges.appendEmptyRows(inputless)
    line.hidden += Array(repeating: 0, count: inputless)
    for entry in order.outputs { line.append(known, entry, to: &edges) }
    return AttributionGraph(
      layout: nodes, edges: edges, activations: expanded.map { model.features.values[$0] },
      logits: targets.map {
        LogitNode(vocabularyIndex: $0.vocabularyIndex, label: $0.label, probability: $0.weight)
      }, tokens: model.tokens, hiddenErrorMass: line.hidden.contains { $0 != 0 } ? line.hidden : [])
  }

  private func nodeOfFeature() -> [Int32] {
    var nodes = [Int32](repeating: -1, count: model.features.count)
    for (node, place) in expanded.enumerated() { nodes[place] = Int32(node) }
    return nodes
  }

  /// The known rows in the order of the graph's nodes.
  private func entries(_ known: KnownRows) -> (features: [Int], outputs: [Int]) {
    var features: [(place: Int, entry: Int)] = []
    var outputs: [Int] = []
    for entry in 0..<known.count {
      switch known.row(entry).owner {
      case .output: outputs.append(entry)
      case .feature(let place): features.append((place, entry))
      }
    }
    return (features.sorted { $0.place < $1.place }.map(\.entry), outputs)
  }
}

/// Gathers the entries of one row after another in the graph's columns.
private struct RowAssembly {
  private let nodes: NodeLayout
  private let nodeOfFeature: [Int32]
  private let layout: RowLayout
  private let unexpanded: AttributionOptions.UnexpandedFeatures
  /// For each row so far, the magnitude that merging unexpanded features into errors cancelled.
  var hidden: [Float] = []
  private var columns: [Int32] = []
  private var weights: [Float] = []
  /// The errors of the row at hand, layer by layer.
  private var errors: [Float] = []

  init(
    _ nodes: NodeLayout, nodeOfFeature: [Int32], _ layout: RowLayout,
    _ unexpanded: AttributionOptions.UnexpandedFeatures
  ) {
    self.nodes = nodes
    self.nodeOfFeature = nodeOfFeature
    self.layout = layout
    self.unexpanded = unexpanded
  }

  mutating func append(_ known: KnownRows, _ entry: Int, to edges: inout SparseRows) {
    let (target, row, _) = known.row(entry)
    columns.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    let errorStart = row.startIndex + layout.errorStart(target)
    errors = Array(row[errorStart..<errorStart + target.layer * target.position])
    var magnitude = sumOfMagnitudes(errors[...])
    for layer in 0..<target.layer { magnitude += addFeatures(of: layer, target, row) }
    hidden.append(Float(max(0, magnitude - sumOfMagnitudes(errors[...]))))
    for (index, weight) in errors.enumerated() {
      let (layer, position) = index.quotientAndRemainder(dividingBy: max(target.position, 1))
      columns.append(Int32(nodes.errorRange.lowerBound + layer * nodes.positionCount + position + 1))
      weights.append(weight)
    }
    let tokenStart = row.startIndex + layout.tokenStart(target)
    for position in 0...target.position {
      columns.append(Int32(nodes.tokenRange.lowerBound + position))
      weights.append(row[tokenStart + position])
    }
    edges.appendRow(columns: columns.span, weights: weights.span)
  }

  /// Appends the expanded features of a layer and adds the others to the errors; returns the others' magnitude.
  private mutating func addFeatures(of layer: Int, _ target: RowTarget, _ row: ArraySlice<Float>) -> Double {
    var merged = 0.0
    let sources = layout.sources(layer: layer, position: target.position)
    let start = row.startIndex + layout.featureStart(layer: layer, position: target.position)
    for (offset, place) in sources.enumerated() {
      let weight = row[start + offset]
      if nodeOfFeature[place] >= 0 {
        columns.append(nodeOfFeature[place])
        weights.append(weight)
      } else if unexpanded == .countAsError {
        errors[layer * target.position + layout.features.sites[place].position - 1] += weight
        merged += Double(abs(weight))
      }
    }
    return merged
  }
}
