import LinearAlgebra
public import Transformers

extension Behaviour {
  /// Puts all trials of a seed to a model.
  ///
  /// - Parameter seed: Which trials; ``SpecimenSeed/heldOut`` for scores that are reported.
  public func score(_ transformer: Transformer, seed: UInt64 = SpecimenSeed.heldOut) -> BehaviourScore {
    let single = Transformer(
      configuration: transformer.configuration, weights: transformer.weights, workers: Workers(count: 1))
    let right = transformer.workers.map(Array(0..<trialCount)) { index in
      let trial = trial(index, seed)
      var random = SplitMix64(seed: 0)
      return trial.isRight(single.generate(trial.prompt, count: trial.length, using: &random))
    }
    return BehaviourScore(
      name: name, required: required, reached: Double(right.count { $0 }) / Double(max(1, trialCount)),
      trialCount: trialCount)
  }
}
