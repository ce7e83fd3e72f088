package import LinearAlgebra

extension LayerState {
  /// Moves the parameters against their gradients by Adam; false, and nothing moved, when a gradient is no number.
  ///
  /// - Parameters:
  ///   - clip: The gradient is shortened to this norm when it is longer.
  ///   - rounding: Where the random numbers begin that round the weights to bfloat16; nil to leave them as they are.
  mutating func descend(
    _ gradients: LayerGradients, _ step: AdamStep, clip: Float, rounding: UInt64?, _ workers: Workers
  ) -> Bool {
    let norm = gradients.norm(workers)
    guard norm.isFinite else { return false }
    var step = step
    step.scale = norm > clip ? clip / norm : 1
    var random = rounding.map { SplitMix64(seed: $0) }
    for part in Part.allCases where parameters[part.rawValue].rows > 0 {
      let rowsOfFeature = part == .decoder ? span : 1
      let isDense = part != .encoder && part != .decoder
      step.rounding = part.isWeights ? (random?.next()).map { UInt32(truncatingIfNeeded: $0 >> 32) } : nil
      moments[part.rawValue].update(
        &parameters[part.rawValue], gradient: gradients.matrices[part.rawValue],
        isTouched: { isDense || gradients.isTouched[$0 / rowsOfFeature] }, step: step, workers)
    }
    return true
  }

  /// Keeps thresholds above 0.
  mutating func limitThresholds() {
    let limited = thresholds.map { max($0, 1e-6) }
    parameters[Part.threshold.rawValue] = Matrix(rows: 1, columns: limited.count, storage: limited)
  }
}

/// What a step of training gives back.
package struct TrainingStep {
  /// The parts of the loss before the step.
  package var parts: LossParts

  /// Takes one step: loss, gradients, Adam, layer by layer.
  ///
  /// - Throws: `TrainingError.diverged` before anything was changed of the layer that it names.
  package init(
    _ batch: any TrainingBatch, _ layers: inout [LayerState], number: Int,
    _ configuration: TrainingConfiguration, _ workers: Workers
  ) throws(TrainingError) {
    let schedule = StepSchedule(configuration: configuration)
    let loss = BatchLoss(
      batch, &layers, k: schedule.k(number), sparsity: schedule.sparsity(number), configuration, workers)
    try self.init(loss, &layers, number: number, configuration, workers)
  }

  /// Takes the step that a loss asks for.
  package init(
    _ loss: BatchLoss, _ layers: inout [LayerState], number: Int, _ configuration: TrainingConfiguration,
    _ workers: Workers
  ) throws(TrainingError) {
    let schedule = StepSchedule(configuration: configuration)
    guard loss.parts.total.isFinite else {
      throw .diverged(step: number, layer: loss.parts.squaredError.firstIndex { !$0.isFinite } ?? 0, kept: "")
    }
    let step = AdamStep(number: number + 1, rate: schedule.rate(number))
    for layer in layers.indices {
      let gradients = loss.gradients(layer, layers[layer])
      let place = UInt64(number) &* UInt64(layers.count) &+ UInt64(layer)
      let rounding =
        configuration.weights == .bfloat16 ? configuration.seed &+ place &* 0x9e37_79b9_7f4a_7c15 : nil
      guard
        layers[layer].descend(
          gradients, step, clip: configuration.gradientClip, rounding: rounding, workers)
      else {
        throw .diverged(step: number, layer: layer, kept: "")
      }
      if configuration.activation == .jumprelu { layers[layer].limitThresholds() }
      layers[layer].observe(loss.selections[layer], configuration)
    }
    parts = loss.parts
  }
}
