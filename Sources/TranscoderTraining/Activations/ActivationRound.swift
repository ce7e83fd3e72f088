import LinearAlgebra
import Transcoders
import Transformers

/// What the MLPs of a model read and gave at many positions, to be drawn from in any order.
struct ActivationRound: Sendable {
  /// What each layer's features read, `[tokens, dModel]`.
  let inputs: [ActivationStore]
  /// What they reconstruct.
  let outputs: [ActivationStore]

  /// The number of positions.
  var tokenCount: Int { inputs.first?.rows ?? 0 }

  /// Makes room.
  init(tokens: Int, layerCount: Int, width: Int) {
    inputs = (0..<layerCount).map { _ in ActivationStore(rows: tokens, columns: width) }
    outputs = (0..<layerCount).map { _ in ActivationStore(rows: tokens, columns: width) }
  }
}

/// Runs a model over contexts and keeps what its MLPs read and gave.
///
/// Contexts are run at once, one a worker, without logits. Positions that hold the first token (of a context, or
/// one between documents) are left out: their huge activations say nothing about text, and position 0 has no features.
struct ActivationHarvester: Sendable {
  let transformer: Transformer
  /// The token that begins contexts.
  let first: Int?
  let input: FeatureInput
  let output: FeatureOutput

  /// Makes a harvester of `model` for the hooks of `configuration`, which was checked.
  init(_ model: LanguageModel, _ configuration: TrainingConfiguration, first: Int?) {
    // Each worker runs a context of its own.
    transformer = Transformer(
      configuration: model.transformer.configuration, weights: model.transformer.weights,
      workers: Workers(count: 1))
    self.first = first
    input = FeatureInput(rawValue: configuration.input) ?? .mlpIn
    output = FeatureOutput(rawValue: configuration.output) ?? .mlpOut
  }

  /// Fills `round` from `stream`; false when it was asked to stop or the stream has no tokens.
  func fill(
    _ round: ActivationRound, from stream: inout ContextStream, _ workers: Workers, shouldStop: () -> Bool
  ) -> Bool {
    var filled = 0
    while filled < round.tokenCount {
      var pieces: [(context: [Int], kept: [Int], start: Int)] = []
      while pieces.count < 4 * workers.count, filled < round.tokenCount {
        guard let context = stream.next() else { return false }
        let kept = keptPositions(context).prefix(round.tokenCount - filled)
        pieces.append((context, Array(kept), filled))
        filled += kept.count
      }
      if shouldStop() { return false }
      workers.forEach(pieces.count) { index in
        let piece = pieces[index]
        store(piece.context, piece.kept, at: piece.start, in: round)
      }
    }
    return true
  }

  /// The positions of a context that count.
  func keptPositions(_ context: [Int]) -> [Int] {
    context.indices.filter { $0 > 0 && context[$0] != first }
  }

  private func store(_ context: [Int], _ kept: [Int], at start: Int, in round: ActivationRound) {
    guard !kept.isEmpty else { return }
    let layers = 0..<transformer.configuration.layerCount
    let hooks = layers.flatMap { [HookPoint(input.hook, layer: $0), HookPoint(output.hook, layer: $0)] }
    let pass = transformer.run(context, recording: Set(hooks), logits: .none)
    // Runs of neighbouring positions go in together.
    for layer in layers {
      guard let read = pass.activations[input.hook, layer], let gave = pass.activations[output.hook, layer]
      else { continue }
      var place = 0
      while place < kept.count {
        var end = place + 1
        while end < kept.count, kept[end] == kept[end - 1] + 1 { end += 1 }
        let range = kept[place]..<kept[end - 1] + 1
        round.inputs[layer].write(read, rows: range, at: start + place)
        round.outputs[layer].write(gave, rows: range, at: start + place)
        place = end
      }
    }
  }
}

extension FeatureInput {
  /// The model's place of that name.
  var hook: HookPoint.Kind {
    switch self {
    case .residMid: .residMid
    case .mlpNormalized: .mlpNormalized
    case .mlpIn: .mlpIn
    }
  }
}

extension FeatureOutput {
  /// The model's place of that name.
  var hook: HookPoint.Kind {
    switch self {
    case .mlpRawOut: .mlpRawOut
    case .mlpOut: .mlpOut
    }
  }
}
