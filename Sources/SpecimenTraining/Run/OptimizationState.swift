package import LinearAlgebra

/// All that a run must remember to go on exactly as if it had never stopped.
package struct OptimizationState: Sendable, Equatable {
  /// The weights.
  package var parameters: TransformerParameters
  /// Adam's memory of each matrix.
  var moments: [AdamMoments]
  /// The steps that are done.
  package var step = 0
  /// Tokens that were trained on.
  var tokens = 0

  /// Starts with weights that have not been trained.
  package init(_ parameters: TransformerParameters) {
    self.parameters = parameters
    moments = parameters.matrices.map { AdamMoments(rows: $0.rows, columns: $0.columns) }
  }

  /// What a step's gradient was like.
  package struct Step: Sendable, Equatable {
    /// The weighted mean cross-entropy before the step, in nats.
    package var loss: Double
    /// The norm of the gradient before it was shortened.
    package var gradientNorm: Double
    /// The tokens of the step.
    var tokens: Int
  }

  /// Takes a step of AdamW; nil, and nothing moved, when loss or gradient is no number.
  package mutating func advance(
    _ sequences: [TrainingSequence], turns: RotaryTurns, _ workers: Workers
  ) -> Step? {
    let settings = parameters.settings
    let gradient = BatchGradient(sequences, parameters, turns: turns, workers)
    let norm = gradient.norm(workers)
    guard gradient.loss.isFinite, norm.isFinite else { return nil }
    var move = AdamStep(number: step + 1, rate: settings.rate(step: step))
    (move.beta1, move.beta2) = (settings.beta1, settings.beta2)
    move.scale = norm > Double(settings.clip) ? Float(Double(settings.clip) / norm) : 1
    for index in parameters.matrices.indices {
      move.decay = parameters.isNorm(index) ? 0 : settings.weightDecay
      moments[index].update(
        &parameters.matrices[index], gradient: gradient.matrices[index], isTouched: { _ in true },
        step: move, workers)
    }
    let count = sequences.reduce(0) { $0 + $1.tokens.count - 1 }
    step += 1
    tokens += count
    return Step(loss: gradient.loss, gradientNorm: norm, tokens: count)
  }
}
