package import LinearAlgebra
import Transcoders
package import Transformers

/// Runs a model over contexts and keeps what its MLPs read and gave.
///
/// Contexts are run one a worker, without logits. Positions that hold the first token (of a context, or
/// one between documents) are left out: their huge activations say nothing about text, and position 0 has no features.
///
/// When transcoders replace the MLPs, a share of the contexts is kept as the model computes it. Of the others, with P the
/// stream behind a block and y what its MLP gives, in the model, and P', y' in the replacement model:
/// 1. Features read what the replacement model's MLP place holds.
/// 2. They reconstruct y + γ·((P − y) − (P' − y')): y itself for γ = 0, and what brings the stream all the way back to the
///    model's for γ = 1.
package struct ActivationHarvester: Sendable {
  private let transformer: Transformer
  /// The token that begins contexts.
  private let first: Int?
  private let configuration: TrainingConfiguration
  private let input: FeatureInput
  private let output: FeatureOutput

  /// A context, the positions to keep of it, and where they go.
  struct Piece {
    var context: [Int]
    var kept: [Int]
    var start: Int
    /// Whether nothing is replaced in it.
    var isClean: Bool
  }

  /// Makes a harvester of `model` for the hooks of `configuration`, which was checked.
  ///
  /// - Parameter memory: Bytes that the model's weights, laid out for products, may take beside the stored ones.
  package init(
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

  /// Returns the contexts of `stream` that fill `places` of a round's stores, and moves on behind them; nil when the stream
  /// has no tokens.
  ///
  /// - Parameter isReplaced: Whether transcoders will replace the MLPs, but for the share that is left as the model computes it.
  func pieces(for places: Range<Int>, from stream: inout ContextStream, isReplaced: Bool) -> [Piece]? {
    var (filled, pieces) = (places.lowerBound, [Piece]())
    while filled < places.upperBound {
      guard let context = stream.next() else { return nil }
      let kept = Array(keptPositions(context).prefix(places.upperBound - filled))
      let isClean = !isReplaced || isClean(pieces.count)
      pieces.append(Piece(context: context, kept: kept, start: filled, isClean: isClean))
      filled += kept.count
    }
    return pieces
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

  /// Runs the model over a piece and keeps what its MLPs read and gave.
  ///
  /// - Parameter set: What replaces the MLPs, unless the piece is clean; nil for the model as it is.
  func store(_ piece: Piece, in round: ActivationRound, replacing set: TranscoderSet?) {
    let set = piece.isClean ? nil : set
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
