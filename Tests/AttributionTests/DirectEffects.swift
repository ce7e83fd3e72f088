import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers
import _TestSupport

/// The twin of the row sweep: effects of sources, each carried forward by a linear pass of its own.
struct DirectEffects {
  let model: LocalReplacementModel
  /// The outputs: tokens, whose centred logits are read.
  let tokens: [Int]
  /// The read vectors of each layer's features.
  private let reads: [Matrix]

  init(_ model: LocalReplacementModel, tokens: [Int]) {
    self.model = model
    self.tokens = tokens
    reads = (0..<model.layerCount).map { layer in
      let range = model.features.range(layer: layer, positions: 0..<model.positionCount)
      return model.basis.readVectors(layer: layer, sites: model.features.sites[range])
    }
  }

  /// Returns what sources do to each active feature's pre-activation and to each output's centred logit.
  func effects(of sources: LinearSources) -> (features: [Float], outputs: [Float]) {
    let result = model.propagate(sources)
    let last = model.positionCount - 1
    let features = model.features.sites.enumerated().map { place, site in
      let first = model.features.range(layer: site.layer, position: 0).lowerBound
      return dot(reads[site.layer][row: place - first], result.inputs[site.layer][row: site.position])
    }
    let logits = model.pass.logits(result.stream, rows: last..<last + 1, biases: sources.biases).storage
    return (features, tokens.map { DirectEffects.centred(logits)[$0] })
  }

  /// Returns what a node of the graph does by itself.
  func effects(of node: Node) -> (features: [Float], outputs: [Float]) {
    var sources = LinearSources(
      embeddings: nil, outputs: Array(repeating: nil, count: model.layerCount), biases: false)
    switch node {
    case .feature(let feature):
      let site = FeatureSite(layer: feature.layer, position: feature.position, index: feature.index)
      let range = model.features.range(layer: site.layer, position: site.position)
      guard let place = range.first(where: { model.features.sites[$0] == site }) else { break }
      sources.outputs = model.written(byFeature: place)
    case .error(let layer, let position):
      sources.outputs[layer] = DirectEffects.row(position, of: model.errors[layer])
    case .token(let position):
      sources.embeddings = DirectEffects.row(position, of: model.embeddings)
    case .logit: break
    }
    return effects(of: sources)
  }

  /// Returns what everything that is no node does: biases, positions, and MLPs at position 0.
  func constants() -> (features: [Float], outputs: [Float]) {
    effects(of: LinearSources(embeddings: nil, outputs: model.constantOutputs, biases: true))
  }

  /// Returns logits less their mean.
  static func centred(_ logits: [Float]) -> [Float] {
    let mean = Float(logits.reduce(0.0) { $0 + Double($1) } / Double(logits.count))
    return logits.map { $0 - mean }
  }

  private static func row(_ row: Int, of matrix: Matrix) -> Matrix {
    var result = Matrix(rows: matrix.rows, columns: matrix.columns)
    result[row: row] = matrix[row: row]
    return result
  }
}
