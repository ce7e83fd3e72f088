import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

/// What a node of a graph writes into the residual stream at its position.
struct StreamSource {
  /// The first layer behind which it writes; −1 for a token, which writes before all layers.
  let layer: Int
  let position: Int
  /// The active features that write, by their places in the list.
  let features: Range<Int>
  /// Those of them that do not belong to the node.
  let leftOut: Set<Int>
  /// Whether the reconstruction error of the site writes.
  let hasError: Bool

  /// Names the source that a node stands for; an error also stands for the features of its site that are no nodes.
  init(_ node: Node, of model: LocalReplacementModel, _ rule: NodeMeaning) {
    switch node {
    case .token(let position):
      self.init(layer: -1, position: position)
    case .feature(let feature):
      let place = model.place(of: feature)
      self.init(layer: feature.layer, position: feature.position, features: place..<place + 1)
    case .error(let layer, let position):
      let range = model.features.range(layer: layer, position: position)
      let own = range.filter { rule.layout.index(of: .feature(FeatureNode(model.features.sites[$0]))) != nil }
      let counts = rule.unexpanded == .countAsError
      self.init(
        layer: layer, position: position, features: counts ? range : 0..<0, leftOut: Set(own), hasError: true)
    case .logit:
      preconditionFailure("\(node) is an output and writes nothing")
    }
  }

  private init(
    layer: Int, position: Int, features: Range<Int> = 0..<0, leftOut: Set<Int> = [], hasError: Bool = false
  ) {
    self.layer = layer
    self.position = position
    self.features = features
    self.leftOut = leftOut
    self.hasError = hasError
  }

  /// Returns what the source writes behind a layer, `[dModel]`; nil for nothing.
  func written(behind output: Int, _ model: LocalReplacementModel) -> [Float]? {
    guard output >= 0 else { return layer < 0 ? Array(model.embeddings[row: position]) : nil }
    guard layer >= 0 else { return nil }
    var sum = Matrix(rows: 1, columns: model.transformer.configuration.dModel)
    if hasError, output == layer { sum[row: 0] = model.errors[output][row: position] }
    if let vectors = model.basis.writeVectors(layer: layer, outputLayer: output) {
      for place in features where !leftOut.contains(place) {
        let row = model.basis.writeRow(layer: layer, index: model.features.sites[place].index)
        sum.add(vectors.gathered([row]).storage, scaledBy: model.features.values[place], toRow: 0)
      }
    } else if output != layer {
      return nil
    }
    let factors = model.pass.outputFactors(output, hook: model.outputHook)
    sum.scale(by: factors.positions[position])
    if let columns = factors.columns { sum.scaleColumns(by: columns) }
    return sum.storage
  }
}

/// What nodes of a graph stand for besides what their names say.
struct NodeMeaning {
  /// The nodes of the graph.
  let layout: NodeLayout
  /// What became of features that are no nodes.
  let unexpanded: AttributionOptions.UnexpandedFeatures
}

extension FeatureNode {
  fileprivate init(_ site: FeatureSite) {
    self.init(layer: site.layer, position: site.position, index: site.index)
  }
}
