import LinearAlgebra
import Transcoders
import Transformers

/// Refits the decoders of per-layer transcoders one layer after another, so that each makes up for what those before it lost.
///
/// The encoders stay, so features mean what they meant. Contexts run through the model and the replacement model at once;
/// with y what a layer's MLP gives in the model, P and P' the streams that it adds to in both, γ the correction:
/// 1. Run attention of both on their streams; encode what both MLPs read.
/// 2. Ridge regression of what the present decoders leave of y (the model's positions, with the weight `cleanShare`) and of
///    y + γ·(P − P') (the replacement model's) changes the decoders; the ridge holds the change down, not the decoders.
/// 3. Both streams go on, that of the replacement model with the new decoders.
struct SequentialRefit {
  private let transformer: Transformer
  private let configuration: TrainingConfiguration
  private let scales: [LayerScale]
  private let workers: Workers
  private let hooks: (input: HookPoint.Kind, output: HookPoint.Kind)
  /// The contexts' streams, in the model and in the replacement model.
  private var streams: [(clean: Matrix, replaced: Matrix)]
  /// How much each position counts: 0 at a context's beginning and at other first tokens.
  private let counts: [[Float]]

  /// Begins before the first layer.
  init(
    _ model: LanguageModel, _ configuration: TrainingConfiguration, _ scales: [LayerScale],
    contexts: [[Int]], first: Int?, _ workers: Workers
  ) {
    // Each worker runs a context of its own.
    let single = Transformer(
      configuration: model.transformer.configuration, weights: model.transformer.weights,
      workers: Workers(count: 1))
    transformer = single
    self.configuration = configuration
    self.scales = scales
    self.workers = workers
    hooks = (
      (FeatureInput(rawValue: configuration.input) ?? .mlpIn).hook,
      (FeatureOutput(rawValue: configuration.output) ?? .mlpOut).hook
    )
    streams = contexts.map { context in
      let stream = single.stream(of: context, firstPosition: 0)
      return (stream, stream)
    }
    counts = contexts.map { context in
      context.indices.map { $0 > 0 && context[$0] != first ? 1 : 0 }
    }
  }

  /// What a layer's MLP reads and gives, at all positions of a context.
  private struct Reading: Sendable {
    var clean: (read: Matrix, gave: Matrix, stream: Matrix)
    /// The stream is that without the MLP.
    var replaced: (read: Matrix, stream: Matrix)
  }

  /// Refits one layer; layers go in order.
  mutating func refit(_ index: Int, _ layer: inout LayerState, thresholds: [Float]) {
    let readings = workers.map(streams) { [self] in read(index, $0) }
    let scale = scales[index]
    let targets = readings.map { reading in
      var way = (reading.clean.stream - reading.clean.gave) - reading.replaced.stream
      way.scale(by: configuration.correction)
      return (clean: reading.clean.gave, replaced: reading.clean.gave + way)
    }
    let inputs = scale.input(
      Matrix(stacking: readings.map(\.clean.read) + readings.map(\.replaced.read)))
    let outputs = scale.output(Matrix(stacking: targets.map(\.clean) + targets.map(\.replaced)))
    let active = inputs.encoded(
      by: layer[.encoder], bias: layer[.encoderBias].storage, selecting: .above(thresholds), workers
    ).selected
    let start = layer.constant(inputs, workers)
    let given = layer.decoded(active, from: start, workers)
    let weights = weights(LayerScale.weights(outputs, outlier: configuration.outlier, workers))
    let change = DecoderRegression(
      active, inputs: layer[.skip].rows > 0 ? inputs : nil, outputs: outputs - given, weights: weights,
      ridge: configuration.ridge, workers)
    layer.parameters[LayerState.Part.decoder.rawValue] += change.decoder
    layer.parameters[LayerState.Part.skip.rawValue] += change.skip
    layer.parameters[LayerState.Part.decoderBias.rawValue] += Matrix(
      rows: 1, columns: change.bias.count, storage: change.bias)
    let refitted = layer.decoded(active, from: layer.constant(inputs, workers), workers)
    goOn(readings, scale, refitted)
  }

  /// Step 1 for one context.
  private func read(_ layer: Int, _ streams: (clean: Matrix, replaced: Matrix)) -> Reading {
    let places: Set = [HookPoint(hooks.input, layer: layer), HookPoint(hooks.output, layer: layer)]
    let clean = transformer.run(layer: layer, on: streams.clean, recording: places)
    let nothing = Matrix(rows: layer + 1, columns: streams.clean.columns)
    let replaced = transformer.run(
      layer: layer, on: streams.replaced, recording: places,
      editing: ReplacedMLPs(.constant(nothing), at: hooks, first: nothing))
    let empty = Matrix(rows: 0, columns: 0)
    return Reading(
      clean: (
        clean.activations[hooks.input, layer] ?? empty, clean.activations[hooks.output, layer] ?? empty,
        clean.stream
      ), replaced: (replaced.activations[hooks.input, layer] ?? empty, replaced.stream))
  }

  /// The weights of the model's positions, then the replacement model's.
  private func weights(_ outliers: [Float]) -> [Float] {
    let flat = counts.flatMap { $0 }
    let share = configuration.cleanShare
    return (flat.map { share * $0 } + flat.map { (1 - share) * $0 }).enumerated().map {
      $1 * outliers[$0]
    }
  }

  /// Step 3.
  private mutating func goOn(_ readings: [Reading], _ scale: LayerScale, _ given: Matrix) {
    var row = readings.reduce(0) { $0 + $1.clean.read.rows }
    for (index, reading) in readings.enumerated() {
      let count = reading.clean.read.rows
      var written = given[rows: row..<row + count]
      written.scale(by: scale.outputScale)
      written.add(toEveryRow: scale.outputMean)
      written[row: 0] = reading.clean.gave[row: 0]
      streams[index] = (reading.clean.stream, reading.replaced.stream + written)
      row += count
    }
  }
}

extension LayerState {
  /// What is given without features, `[positions, width]`.
  fileprivate func constant(_ inputs: Matrix, _ workers: Workers) -> Matrix {
    var start = Matrix(rows: inputs.rows, columns: self[.decoderBias].columns)
    if self[.skip].rows > 0 { start = inputs.times(transposed: self[.skip], workers) }
    start.add(toEveryRow: self[.decoderBias].storage)
    return start
  }

  /// What features that write to their own layer alone give, `[positions, width]`.
  fileprivate func decoded(_ active: SparseActivations, from start: Matrix, _ workers: Workers) -> Matrix {
    var result = start
    result.add(
      decoded: [DecoderSource(activations: active, decoder: self[.decoder], span: 1, offset: 0)], workers)
    return result
  }
}
