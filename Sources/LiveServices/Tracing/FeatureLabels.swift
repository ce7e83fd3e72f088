public import CircuitGraphs
import FeatureDashboards
import LinearAlgebra
import ReplacementModels
import Tokenizers
import Transcoders
import Transformers

/// Short labels for the features of a pruned graph: those of their dashboards or, for features without one, the tokens
/// that each one's output raises most by itself.
public struct FeatureLabels: Sendable {
  private let named: [FeatureName: String]
  private var tokens: [FeatureNode: [String]] = [:]

  init(
    _ local: LocalReplacementModel, _ graph: PrunedGraph, _ tokenizer: Tokenizer, named: [FeatureName: String]
  ) {
    self.named = named
    let features = graph.keptNodes.prefix { $0 < graph.layout.features.count }.filter { node in
      let feature = graph.layout.features[node]
      return named[FeatureName(layer: feature.layer, index: feature.index)] == nil
    }
    let effects = DirectLogitEffects(local.transformer)
    var vectors = Matrix(rows: features.count, columns: local.transformer.configuration.dModel)
    for (row, node) in features.enumerated() {
      vectors[row: row] =
        local.written(by: graph.layout.features[node], graph.original.activations[node])[...]
    }
    for (node, top) in zip(features, effects.topTokens(of: vectors, count: 3)) {
      tokens[graph.layout.features[node]] = top.map { tokenizer.piece($0) }
    }
  }

  /// What the feature is called, else what it says, in quotes.
  public subscript(_ feature: FeatureNode) -> String {
    if let name = named[FeatureName(layer: feature.layer, index: feature.index)] {
      return VisibleText.line(name)
    }
    guard let top = tokens[feature] else { return "" }
    return "says " + top.map { "‘\(VisibleText.token($0))’" }.joined(separator: " ")
  }
}

extension LocalReplacementModel {
  /// What a feature writes into the residual stream at its position, over all layers that it writes to.
  fileprivate func written(by feature: FeatureNode, _ activation: Float) -> [Float] {
    var sum = Matrix(rows: 1, columns: transformer.configuration.dModel)
    for layer in feature.layer..<layerCount {
      guard let vectors = basis.writeVectors(layer: feature.layer, outputLayer: layer) else { continue }
      let factors = pass.outputFactors(layer, hook: outputHook)
      var row = vectors.gathered([basis.writeRow(layer: feature.layer, index: feature.index)])
      row.scale(by: activation * factors.positions[feature.position])
      if let columns = factors.columns { row.scaleColumns(by: columns) }
      sum += row
    }
    return sum.storage
  }
}
