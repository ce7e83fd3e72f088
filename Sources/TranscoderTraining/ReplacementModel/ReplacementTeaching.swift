package import LinearAlgebra
import Transcoders
package import Transformers

/// Teaches transcoders from end to end: the replacement model (all MLPs replaced, errors dropped) shall predict what the
/// model predicts.
package struct ReplacementTeaching: Sendable {
  /// Works alone, for one context.
  let single: Transformer
  /// Works with all workers, for logits.
  let together: Transformer
  let configuration: TrainingConfiguration
  let scales: [LayerScale]
  let hooks: (input: HookPoint.Kind, output: HookPoint.Kind)
  /// The token that begins contexts.
  let firstToken: Int?
  let workers: Workers

  /// Prepares for contexts of a model.
  init(
    _ model: Transformer, _ configuration: TrainingConfiguration, _ scales: [LayerScale], firstToken: Int?,
    _ workers: Workers
  ) {
    single = Transformer(
      configuration: model.configuration, weights: model.weights,
      workers: Workers(count: 1, precision: workers.precision))
    together = Transformer(configuration: model.configuration, weights: model.weights, workers: workers)
    self.configuration = configuration
    self.scales = scales
    self.firstToken = firstToken
    self.workers = workers
    hooks = (
      (FeatureInput(rawValue: configuration.input) ?? .mlpIn).hook,
      (FeatureOutput(rawValue: configuration.output) ?? .mlpOut).hook
    )
  }

  /// Prepares for contexts of a model whose activations are of the size that they shall have.
  package init(
    _ model: Transformer, _ configuration: TrainingConfiguration, firstToken: Int?, _ workers: Workers
  ) {
    let scale = LayerScale(width: model.configuration.dModel)
    let scales = Array(repeating: scale, count: model.configuration.layerCount)
    self.init(model, configuration, scales, firstToken: firstToken, workers)
  }

  /// Returns the loss of contexts: the mean of KL(model ‖ replacement model) over positions, `localWeight` times the
  /// reconstruction of what the model's MLPs give, and what the activation function asks for; its `gradients` are exact but
  /// for those of thresholds, and of dead features by what they read.
  ///
  /// - Parameters:
  ///   - layers: Remember what the selection of the next step needs.
  ///   - k: Features to keep at a position, on the average over the positions of both models.
  ///   - sparsity: λ.
  package func loss(_ contexts: [[Int]], _ layers: inout [LayerState], k: Float, sparsity: Float) -> BatchLoss
  {
    let hasLocal = configuration.localWeight > 0
    let taught = TaughtContexts(
      contexts, single, first: firstToken, at: hooks, hasLocal ? scales : nil, workers)
    var pass = ReplacementPass(self, taught, sparsity: sparsity)
    for layer in layers.indices { pass.run(layer, &layers, k: k) }
    pass.compare()
    for layer in layers.indices.reversed() { pass.pull(layer, layers[layer]) }
    pass.loss.describe(layers)
    return pass.loss
  }
}
