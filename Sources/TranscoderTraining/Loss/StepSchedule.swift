/// What changes from step to step by itself.
struct StepSchedule: Sendable {
  let configuration: TrainingConfiguration

  /// How much of the run is behind after `step` steps, from 0 to 1.
  private func share(_ step: Int) -> Float { Float(step) / Float(max(1, configuration.stepCount)) }

  /// The learning rate of a step, counted from 0: up linearly, level, down linearly.
  func rate(_ step: Int) -> Float {
    let (now, next) = (share(step), share(step + 1))
    let up = configuration.warmUp > 0 ? min(1, next / configuration.warmUp) : 1
    let down = configuration.decay > 0 ? min(1, (1 - now) / configuration.decay) : 1
    return configuration.peakRate * max(0, min(up, down))
  }

  /// λ of a step: up linearly over the whole run.
  func sparsity(_ step: Int) -> Float { configuration.sparsity * min(1, share(step + 1)) }

  /// Features to keep at a position, on the average: down linearly from `annealFrom` · k.
  func k(_ step: Int) -> Float {
    let fallen = configuration.annealOver > 0 ? min(1, share(step) / configuration.annealOver) : 1
    let start = min(Float(configuration.features), configuration.annealFrom * Float(configuration.k))
    return start + (Float(configuration.k) - start) * fallen
  }
}
