public import LinearAlgebra
import Transcoders
public import Transformers

/// The weights between features that hold for every prompt: what one writes, read by another, straight through the residual
/// stream (methods paper, “Global Weights”).
///
/// `V(s→t) = ⟨Σ W_dec(s, ℓ), W_enc(t)⟩` over the layers ℓ that s writes to before t reads. The weight of the norm before
/// the MLP is in it; the norm's denominator, which depends on the prompt, is not. Attention and other features between
/// them are not seen.
public struct VirtualWeights: Sendable {
  private let writes: FeatureWrites
  private let set: TranscoderSet

  /// Looks at transcoders; nil for neurons, which do not read linearly.
  public init?(_ transformer: Transformer, _ basis: DashboardBasis) {
    guard case .transcoders(let set) = basis else { return nil }
    self.set = set
    writes = FeatureWrites(transformer, basis)
  }

  /// The weight from every feature of earlier layers to one, by layer.
  public func inputs(of target: FeatureName, _ workers: Workers) -> [[Float]] {
    let direction = readDirection(target)
    return (0..<target.layer).map { layer in
      var weights = [Float](repeating: 0, count: writes.featureCounts[layer])
      for output in writes.outputLayers(layer) where output < target.layer {
        let row = writes.products(direction, layer, outputLayer: output, workers)
        for index in weights.indices { weights[index] += row[0, index] }
      }
      return weights
    }
  }

  /// The weight from one feature to every feature of later layers, by layer; empty for its own layer and those before.
  public func outputs(of source: FeatureName, _ workers: Workers) -> [[Float]] {
    var written = Matrix(rows: 1, columns: writes.transformer.configuration.dModel)
    return writes.featureCounts.indices.map { layer in
      guard layer > source.layer else { return [] }
      if writes.outputLayers(source.layer).contains(layer - 1) {
        written += writes.vectors(source.layer, [source.index], outputLayer: layer - 1)
      }
      var pre = set.preActivations(layer: layer, input: seen(written, layer), workers)
      pre -= Matrix(rows: 1, columns: pre.columns, storage: set.transcoders[layer].encoderBias)
      return pre.storage
    }
  }

  /// What the norm before the MLP makes of a vector, but for its denominator.
  private func seen(_ vector: Matrix, _ layer: Int) -> Matrix {
    guard set.input != .residMid else { return vector }
    var result = vector
    if writes.transformer.configuration.norm.isCentred { result.centerRows() }
    if set.input == .mlpIn {
      result.scaleColumns(by: writes.transformer.weights.blocks[layer].mlpNorm.weight)
    }
    return result
  }

  /// The direction in the residual stream that a feature reads, `[1, dModel]`: ``seen(_:_:)`` turned around.
  private func readDirection(_ name: FeatureName) -> Matrix {
    let site = FeatureSite(layer: name.layer, position: 0, index: name.index)
    var result = set.readVectors(layer: name.layer, sites: [site])
    guard set.input != .residMid else { return result }
    if set.input == .mlpIn {
      result.scaleColumns(by: writes.transformer.weights.blocks[name.layer].mlpNorm.weight)
    }
    if writes.transformer.configuration.norm.isCentred { result.centerRows() }
    return result
  }
}
