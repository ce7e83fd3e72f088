import LinearAlgebra
import Transcoders

// The stage `replaced`: the buffer holds what the replacement model computes.
extension TranscoderTrainer {
  /// Lets the first transcoders, refitted, replace the MLPs from the first period on: the buffer is filled once more.
  mutating func beginReplaced(_ source: Source, _ report: (String) -> Void) {
    let first = state.buffer.places[0]
    stream.move(to: first)
    if configuration.kind == .perLayer { refit(source, report) }
    roundWeights()
    guard configuration.stepCount > 0 else { return }
    replacement = folded(thresholdRows: 16_384)
    stream.move(to: first)
    (state.buffer.places, state.place) = ([], first)
    isFilled = false
  }

  private mutating func refit(_ source: Source, _ report: (String) -> Void) {
    var contexts: [[Int]] = []
    while contexts.count * configuration.context < configuration.roundTokens, let context = stream.next() {
      contexts.append(context)
    }
    let thresholds = calibrated(rows: 16_384)
    var refit = SequentialRefit(
      model, configuration, state.scales, contexts: contexts, first: source.firstToken, workers)
    for layer in state.layers.indices where !shouldStop() {
      report("refitting the decoders of layer \(layer + 1) of \(state.layers.count)")
      refit.refit(layer, &state.layers[layer], thresholds: thresholds[layer])
    }
  }
}
