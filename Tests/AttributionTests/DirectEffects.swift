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
  /// The frozen pass that carries them: the model's, or one with something taken away.
  private let pass: FrozenPass
  /// The read vectors of each layer's features.
  private let reads: [Matrix]

  init(_ model: LocalReplacementModel, tokens: [Int], pass: FrozenPass? = nil) {
    self.model = model
    self.tokens = tokens
    self.pass = pass ?? model.pass
    reads = (0..<model.layerCount).map { layer in
      let range = model.features.range(layer: layer, positions: 0..<model.positionCount)
      return model.basis.readVectors(layer: layer, sites: model.features.sites[range])
    }
  }

  /// Returns what sources do to each active feature's pre-activation and to each output's centred logit.
  func effects(of sources: LinearSources) -> (features: [Float], outputs: [Float]) {
    let result = pass.propagate(
      sources, input: model.basis.input, output: model.basis.output, skip: model.basis.skip(layer:))
    let last = model.positionCount - 1
    let features = model.features.sites.indices.map { feature($0, reading: result.inputs) }
    let logits = pass.logits(result.stream, rows: last..<last + 1, biases: sources.biases).storage
    return (features, tokens.map { DirectEffects.centred(logits)[$0] })
  }

  /// Returns what an active feature, by its place in the list, reads of the input places of all layers.
  private func feature(_ place: Int, reading inputs: [Matrix]) -> Float {
    let site = model.features.sites[place]
    return dot(readVector(place), inputs[site.layer][row: site.position])
  }

  /// Returns the vector with which an active feature reads its layer's input place.
  func readVector(_ place: Int) -> ArraySlice<Float> {
    let layer = model.features.sites[place].layer
    return reads[layer][row: place - model.features.range(layer: layer, position: 0).lowerBound]
  }

  /// Returns what a node of the graph does by itself.
  func effects(of node: Node) -> (features: [Float], outputs: [Float]) {
    effects(of: sources(node))
  }

  /// Returns a node of the graph as the only source.
  func sources(_ node: Node) -> LinearSources {
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
    return sources
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
