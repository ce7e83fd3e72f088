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
      model.transformer, configuration, state.scales, firstToken: firstToken, products)
    let loss = teaching.loss(
      contexts, &state.layers, k: schedule.k(state.step), sparsity: schedule.sparsity(state.step))
    let step = try TrainingStep(loss, &state.layers, number: state.step, configuration, products)
    state.step += 1
    state.place = stream.place
    return step.parts
  }

  /// Gives the memory of the buffer back and begins the text anew.
  mutating func forgetBuffer() {
    round = ActivationRound(
      nil, layerCount: state.layers.count, width: model.transformer.configuration.dModel)
    isFilled = false
    state.buffer = .init(period: 0, places: [])
    stream.move(to: ContextStream.Place())
    state.place = stream.place
  }

  /// Fills the buffer with the text's beginning again where final thresholds are found on it; false when stopped.
  mutating func fillFirstBuffer() throws -> Bool {
    let isLearned = state.layers.allSatisfy { $0.knownThresholds(configuration) != nil }
    guard !isFilled, !isLearned else { return true }
    round = ActivationRound(
      schedule, layerCount: state.layers.count, width: model.transformer.configuration.dModel)
    let (place, buffer) = (state.place, state.buffer)
    defer {
      stream.move(to: place)
      (state.place, state.buffer) = (place, buffer)
    }
    stream.move(to: ContextStream.Place())
    return try fillBuffer()
  }
}
