import Foundation

extension TransformerTrainingSettings {
  /// The learning rate of a step, counted from 0: up linearly over the warm-up, then along a half cosine to the final share.
  public func rate(step: Int) -> Float {
    if step < warmup { return peakRate * Float(step + 1) / Float(warmup) }
    let share = Double(step - warmup) / Double(max(1, steps - warmup))
    let fallen = 0.5 * (1 + cos(Double.pi * min(1, share)))
    return peakRate * (finalRateShare + (1 - finalRateShare) * Float(fallen))
  }

  /// Refuses settings that no run can have.
  public func check() throws(TransformerTrainingError) {
    let counts = [
      ("layers", layers), ("dModel", dModel), ("heads", heads), ("kvHeads", kvHeads), ("dMLP", dMLP),
      ("vocabularySize", vocabularySize), ("sequencesPerStep", sequencesPerStep),
      ("stepsPerLine", stepsPerLine),
    ]
    for (name, value) in counts where !(1...1 << 20).contains(value) {
      throw .badSetting(name: name, value: "\(value)", allowed: "a whole number from 1 to \(1 << 20)")
    }
    guard dModel % heads == 0, dHead % 2 == 0 else {
      throw .badSetting(
        name: "heads", value: "\(heads)", allowed: "a number that cuts dModel into even widths")
    }
    guard heads % kvHeads == 0 else {
      throw .badSetting(name: "kvHeads", value: "\(kvHeads)", allowed: "a divisor of heads")
    }
    for (name, value, lowest) in [
      ("contextLength", contextLength, 2), ("steps", steps, 0), ("warmup", warmup, 0),
    ]
    where !(lowest...1 << 30).contains(value) {
      throw .badSetting(name: name, value: "\(value)", allowed: "a whole number from \(lowest)")
    }
    try checkNumbers()
  }

  private func checkNumbers() throws(TransformerTrainingError) {
    let positive: [(String, Double)] = [
      ("peakRate", Double(peakRate)), ("clip", Double(clip)), ("rotaryBase", rotaryBase),
      ("normEpsilon", Double(normEpsilon)),
    ]
    for (name, value) in positive where !(value > 0 && value.isFinite) {
      throw .badSetting(name: name, value: "\(value)", allowed: "a number above 0")
    }
    let shares: [(String, Float)] = [("finalRateShare", finalRateShare), ("beta1", beta1), ("beta2", beta2)]
    for (name, value) in shares where !(0...1).contains(value) {
      throw .badSetting(name: name, value: "\(value)", allowed: "a number from 0 to 1")
    }
    let other: [(String, Double)] = [
      ("weightDecay", Double(weightDecay)), ("initialDeviation", Double(initialDeviation)),
      ("checkpointMinutes", checkpointMinutes),
    ]
    for (name, value) in other where !(value >= 0 && value.isFinite) {
      throw .badSetting(name: name, value: "\(value)", allowed: "0 or a number above it")
    }
  }
}
