import TranscoderTraining

/// How training goes, in one line.
struct TrainingLine {
  private let progress: TrainingRun.Progress

  init(_ progress: TrainingRun.Progress) { self.progress = progress }

  /// Loss, unexplained variance, active features, dead features.
  var numbers: String {
    let parts = progress.parts
    let mean = { (values: [Double]) in values.reduce(0, +) / Double(max(1, values.count)) }
    let worst = progress.unexplained.enumerated().max { $0.element < $1.element }
    let predictions = parts.divergence.map {
      ", KL \($0.rounded(to: 3)), top-1 \(((parts.agreement ?? 0) * 100).rounded(to: 1))%"
    }
    return "loss \(parts.total.rounded(to: 4)), FVU \(mean(progress.unexplained).rounded(to: 3)) "
      + "(worst \((worst?.element ?? 0).rounded(to: 2)) in layer \(worst?.offset ?? 0)), "
      + "L0 \(mean(parts.activeFeatures).rounded(to: 1)), dead \((mean(parts.dead) * 100).rounded(to: 1))%"
      + (predictions ?? "")
  }

  /// The whole line.
  var text: String {
    let left = Int(progress.secondsLeft.isFinite ? min(progress.secondsLeft, 1e8) : 1e8)
    return "step \(progress.step.grouped)/\(progress.stepCount.grouped), \(numbers), "
      + "\(Int(progress.tokensPerSecond).grouped) tokens/s, \(left / 3600) h \(left / 60 % 60) min left"
  }
}
