package import LinearAlgebra
import Transcoders
public import Transformers

/// What features write into the residual stream, in the stream's own coordinates: the weight of a norm behind the MLP is in
/// the vectors, its denominator, which depends on the prompt, is not.
public struct FeatureWrites: Sendable {
  let transformer: Transformer
  let basis: DashboardBasis
  /// The features of each layer.
  public let featureCounts: [Int]

  /// Looks at a basis of a model.
  public init(_ transformer: Transformer, _ basis: DashboardBasis) {
    self.transformer = transformer
    self.basis = basis
    featureCounts = basis.featureCounts(transformer)
  }

  /// Whether features write to later layers too.
  public var isCrossLayer: Bool {
    if case .transcoders(let set) = basis { set.isCrossLayer } else { false }
  }

  /// The layers to which features of a layer write.
  func outputLayers(_ layer: Int) -> Range<Int> {
    guard case .transcoders(let set) = basis else { return layer..<layer + 1 }
    return layer..<min(featureCounts.count, layer + set.transcoders[layer].span)
  }

  /// What features of a layer write at one of their output layers, `[indices, dModel]`.
  func vectors(_ layer: Int, _ indices: [Int], outputLayer: Int) -> Matrix {
    var vectors: Matrix
    switch basis {
    case .transcoders(let set):
      vectors = set.transcoders[layer].decoders[outputLayer - layer].gathered(indices)
    case .neurons: vectors = transformer.weights.blocks[layer].down.weight.gathered(columns: indices)
    }
    if let factors = columnFactors(outputLayer) { vectors.scaleColumns(by: factors) }
    return vectors
  }

  /// What features of a layer write for an activation of 1, summed over their output layers, `[indices, dModel]`.
  package func summed(_ layer: Int, _ indices: [Int]) -> Matrix {
    var sum = Matrix(rows: indices.count, columns: transformer.configuration.dModel)
    for outputLayer in outputLayers(layer) { sum += vectors(layer, indices, outputLayer: outputLayer) }
    return sum
  }

  /// Returns ⟨direction, what each feature of a layer writes⟩ at one of their output layers, `[directions, features]`.
  func products(_ directions: Matrix, _ layer: Int, outputLayer: Int, _ workers: Workers) -> Matrix {
    var directions = directions
    if let factors = columnFactors(outputLayer) { directions.scaleColumns(by: factors) }
    switch basis {
    case .transcoders(let set):
      return directions.times(transposed: set.transcoders[layer].decoders[outputLayer - layer], workers)
    case .neurons:
      return directions.times(transformer.weights.blocks[layer].down.weight, workers)
    }
  }

  /// Returns ‖what each feature of a layer writes‖² at one of their output layers.
  func squares(_ layer: Int, outputLayer: Int, _ workers: Workers) -> [Float] {
    let count = featureCounts[layer]
    let blocks = stride(from: 0, to: count, by: 512).map { $0..<min(count, $0 + 512) }
    return workers.map(blocks) { block in
      let vectors = vectors(layer, Array(block), outputLayer: outputLayer)
      return (0..<vectors.rows).map { dot(vectors[row: $0], vectors[row: $0]) }
    }.flatMap { $0 }
  }

  private func columnFactors(_ layer: Int) -> [Float]? {
    if case .transcoders(let set) = basis, set.output != .mlpRawOut { return nil }
    return transformer.weights.blocks[layer].mlpPostNorm?.weight
  }
}
