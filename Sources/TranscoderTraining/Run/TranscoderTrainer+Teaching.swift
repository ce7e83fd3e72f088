import LinearAlgebra
import Transformers

// The stage `kl`: steps on contexts.
extension TranscoderTrainer {
  /// Takes the next step: as many contexts as `batch` has room for.
  mutating func teach() throws -> LossParts {
    let wanted = configuration.batch / configuration.context
    let contexts = (0..<wanted).compactMap { _ in stream.next() }
    guard contexts.count == wanted else {
      throw TrainingError.tooLittleText(tokens: 0, wanted: configuration.batch)
    }
    let schedule = StepSchedule(configuration: configuration)
    let teaching = ReplacementTeaching(
      model.transformer, configuration, state.scales, firstToken: firstToken, workers)
    let loss = teaching.loss(
      contexts, &state.layers, k: schedule.k(state.step), sparsity: schedule.sparsity(state.step))
    let step = try TrainingStep(loss, &state.layers, number: state.step, configuration, workers)
    state.step += 1
    state.roundPlace = stream.place
    return step.parts
  }

  /// Gives the memory of the first round back and begins the text anew.
  mutating func forgetRound() {
    round = ActivationRound(
      tokens: 0, layerCount: state.layers.count, width: model.transformer.configuration.dModel)
    filledRound = nil
    stream.move(to: ContextStream.Place())
    state.roundPlace = stream.place
  }

  /// Fills the buffer with the text's first round again where final thresholds are found on it; false when stopped.
  mutating func fillFirstRound() throws -> Bool {
    let isLearned = state.layers.allSatisfy { $0.knownThresholds(configuration) != nil }
    guard filledRound == nil, !isLearned else { return true }
    round = ActivationRound(
      tokens: configuration.roundTokens, layerCount: state.layers.count,
      width: model.transformer.configuration.dModel)
    let place = stream.place
    defer {
      stream.move(to: place)
      state.roundPlace = place
    }
    stream.move(to: ContextStream.Place())
    return try fillRound()
  }
}
