import LinearAlgebra
import Transcoders
import Transformers

/// Runs a model over contexts and keeps what its MLPs read and gave.
///
/// Contexts are run at once, one a worker, without logits. Positions that hold the first token (of a context, or
/// one between documents) are left out: their huge activations say nothing about text, and position 0 has no features.
///
/// When transcoders replace the MLPs, a share of the contexts is kept as the model computes it. Of the others, with P the
/// stream behind a block and y what its MLP gives, in the model, and P', y' in the replacement model:
/// 1. Features read what the replacement model's MLP place holds.
/// 2. They reconstruct y + γ·((P − y) − (P' − y')): y itself for γ = 0, and what brings the stream all the way back to the
///    model's for γ = 1.
struct ActivationHarvester: Sendable {
  private let transformer: Transformer
  /// The token that begins contexts.
  private let first: Int?
  private let configuration: TrainingConfiguration
  private let input: FeatureInput
  private let output: FeatureOutput

  /// A context, the positions to keep of it, and where they go.
  private struct Piece {
    var context: [Int]
    var kept: [Int]
    var start: Int
    var isClean: Bool
  }

  /// Makes a harvester of `model` for the hooks of `configuration`, which was checked.
  ///
  /// - Parameter memory: Bytes that the model's weights, laid out for products, may take beside the stored ones.
  init(
    _ model: LanguageModel, _ configuration: TrainingConfiguration, first: Int?, memory: Double,
    _ workers: Workers
  ) {
    let precision = configuration.precision.products
    let weights = model.transformer.weights
    let laidOut =
      4 * Double(weights.blockNumberCount) < memory
      ? weights.laidOut(Workers(count: workers.count, precision: precision)) : weights
    // Each worker runs a context of its own.
    transformer = Transformer(
      configuration: model.transformer.configuration, weights: laidOut,
      workers: Workers(count: 1, precision: precision))
    self.first = first
    self.configuration = configuration
    input = FeatureInput(rawValue: configuration.input) ?? .mlpIn
    output = FeatureOutput(rawValue: configuration.output) ?? .mlpOut
  }

  /// Fills rows of `round` from `stream`; false when it was asked to stop or the stream has no tokens.
  ///
  /// - Parameter set: What replaces the MLPs; nil for the model as it is.
  func fill(
    _ round: inout ActivationRound, rows: Range<Int>, from stream: inout ContextStream,
    replacing set: TranscoderSet?, _ workers: Workers, shouldStop: () -> Bool
  ) -> Bool {
    var (filled, number) = (rows.lowerBound, 0)
    round.cleanRows.removeAll(where: rows.contains)
    while filled < rows.upperBound {
      var pieces: [Piece] = []
      while pieces.count < 4 * workers.count, filled < rows.upperBound {
        guard let context = stream.next() else { return false }
        let kept = keptPositions(context).prefix(rows.upperBound - filled)
        let isClean = set == nil || isClean(number)
        pieces.append(Piece(context: context, kept: Array(kept), start: filled, isClean: isClean))
        if isClean { round.cleanRows += filled..<filled + kept.count }
        filled += kept.count
        number += 1
      }
      if shouldStop() { return false }
      workers.forEach(pieces.count) { [round] index in
        store(pieces[index], in: round, replacing: pieces[index].isClean ? nil : set)
      }
    }
    round.cleanRows.sort()
    return true
  }

  /// Whether a round's context of this number is one of the share that is left as the model computes it.
  private func isClean(_ number: Int) -> Bool {
    let share = configuration.cleanShare
    return (Float(number + 1) * share).rounded(.down) > (Float(number) * share).rounded(.down)
  }

  /// The positions of a context that count.
  private func keptPositions(_ context: [Int]) -> [Int] {
    context.indices.filter { $0 > 0 && context[$0] != first }
  }

  private func store(_ piece: Piece, in round: ActivationRound, replacing set: TranscoderSet?) {
    guard !piece.kept.isEmpty else { return }
    let layers = 0..<transformer.configuration.layerCount
    let places = [input.hook, output.hook] + (set == nil ? [] : [.residPost])
    let hooks = Set(layers.flatMap { layer in places.map { HookPoint($0, layer: layer) } })
    let clean = transformer.run(piece.context, recording: hooks, logits: .none).activations
    let replaced = set.map { set in
      transformer.run(
        piece.context, replacing: .features(WrittenFeatures(set)), at: set.hooks,
        first: transformer.firstOutputs(clean, output.hook), recording: hooks, logits: .none
      ).activations
    }
    for layer in layers {
      guard let read = (replaced ?? clean)[input.hook, layer], var wanted = clean[output.hook, layer] else {
        continue
      }
      if let replaced, let way = strayed(layer, from: clean, to: replaced) { wanted -= way }
      write(read, wanted, piece, layer, in: round)
    }
  }

  /// γ times how far the stream that a layer's MLP adds to has strayed, `[positions, width]`; nil for γ = 0.
  private func strayed(_ layer: Int, from clean: ActivationCache, to replaced: ActivationCache) -> Matrix? {
    guard configuration.correction > 0, let stream = clean[.residPost, layer],
      let added = clean[output.hook, layer], let other = replaced[.residPost, layer],
      let given = replaced[output.hook, layer]
    else { return nil }
    var way = (other - given) - (stream - added)
    way.scale(by: configuration.correction)
    return way
  }

  /// Puts the kept positions of a layer in their place; runs of neighbouring ones go in together.
  private func write(
    _ read: Matrix, _ wanted: Matrix, _ piece: Piece, _ layer: Int, in round: ActivationRound
  ) {
    let kept = piece.kept
    var place = 0
    while place < kept.count {
      var end = place + 1
      while end < kept.count, kept[end] == kept[end - 1] + 1 { end += 1 }
      let range = kept[place]..<kept[end - 1] + 1
      round.inputs[layer].write(read, rows: range, at: piece.start + place)
      round.outputs[layer].write(wanted, rows: range, at: piece.start + place)
      place = end
    }
  }
}
