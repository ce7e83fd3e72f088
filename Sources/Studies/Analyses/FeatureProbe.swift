public import FeatureDashboards
public import Interventions
import LinearAlgebra
import ReplacementModels
public import Transcoders
public import Transformers

/// Reads what a model's features do on prompts; works on one thread, so that several prompts can be read at once.
public struct FeatureProbe: Sendable {
  /// The features.
  public let basis: any SteerableBasis
  private let transformer: Transformer

  /// Prepares reading.
  public init(_ transformer: Transformer, _ basis: any SteerableBasis) {
    self.basis = basis
    self.transformer = Transformer(
      configuration: transformer.configuration, weights: transformer.weights,
      workers: Workers(count: 1, precision: transformer.workers.precision))
  }

  /// Whether the features are the model's own neurons, which are hardly ever zero.
  public var usesNeurons: Bool { basis is ModelNeurons }

  /// Returns what is not zero on a prompt, except at position 0.
  public func activations(_ tokens: [Int]) -> FeatureActivations {
    basis.activations(inputs: inputs(tokens), transformer.workers)
  }

  /// Returns the activations of some features at a position, in their order.
  ///
  /// - Parameter position: From 1 on: at position 0 features count as silent.
  public func activations(_ tokens: [Int], of features: [FeatureName], at position: Int) -> [Float] {
    precondition((1..<tokens.count).contains(position), "position \(position) of \(tokens.count)")
    let inputs = inputs(tokens)
    var values = [Float](repeating: 0, count: features.count)
    for (layer, places) in Dictionary(grouping: features.indices, by: { features[$0].layer }) {
      let row = inputs[layer][rows: position..<position + 1]
      let found = basis.activations(
        layer: layer, of: places.map { features[$0].index }, input: row, transformer.workers)
      for (column, place) in places.enumerated() { values[place] = found[0, column] }
    }
    return values
  }

  private func inputs(_ tokens: [Int]) -> [Matrix] {
    let hooks = Set((0..<basis.layerCount).map { HookPoint(basis.input.hook, layer: $0) })
    return transformer.run(tokens, recording: hooks, logits: .none).activations.matrices(basis.input.hook)
  }
}
