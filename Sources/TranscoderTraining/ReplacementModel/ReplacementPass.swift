import LinearAlgebra
import Transformers

/// One forward and backward run of the replacement model over contexts, and with it the loss.
///
/// Rows of a layer's batch are the positions of the replacement model but the first of each context, then those of the model
/// that count. One selection serves both: features are kept by the same measure wherever they read.
/// 1. Layer by layer: blocks read the streams, each context on one worker; the batch is encoded and decoded; what stands for
///    the MLPs goes into the streams, the model's own output at position 0. What is missed of the model's own outputs is
///    the local residual R.
/// 2. KL of the predictions, and its gradient at the streams behind the last block.
/// 3. Back, layer by layer: the gradient G at what was decoded stands beside R; with the decoders both give ∂/∂a, with the
///    encoder (and the skip) that of what the features read, which joins the gradient of the stream.
/// 4. `BatchLoss.gradients` makes of ∂/∂a, G and R the gradients of the parameters.
struct ReplacementPass {
  /// What the run gives.
  var loss: BatchLoss
  private let teaching: ReplacementTeaching
  private let taught: TaughtContexts
  /// The streams of the contexts, or, on the way back, the gradients there.
  private var streams: [Matrix]
  /// The blocks that gradients have to pass, by layer and context.
  private var blocks: [[DifferentiableBlock]] = []
  private var inputs: [Matrix] = []
  private let workers: Workers

  /// Begins before the first layer.
  init(_ teaching: ReplacementTeaching, _ taught: TaughtContexts, sparsity: Float) {
    self.teaching = teaching
    self.taught = taught
    workers = teaching.workers
    loss = BatchLoss(
      FixedBatch(inputs: [], outputs: []), sparsity: sparsity, teaching.configuration, teaching.workers)
    streams = taught.contexts.map { teaching.single.stream(of: $0, firstPosition: 0) }
  }

  /// The contexts, by number.
  private var numbers: [Int] { Array(taught.contexts.indices) }

  /// The rows of each context in a layer's batch.
  private var ranges: [Range<Int>] {
    var end = 0
    return taught.contexts.map { context in
      let range = end..<end + context.count - 1
      end = range.upperBound
      return range
    }
  }

  /// The number of the replacement model's rows in a batch.
  private var replacedCount: Int { ranges.last?.upperBound ?? 0 }

  // MARK: - Forward

  /// Step 1 for one layer.
  mutating func run(_ layer: Int, _ layers: inout [LayerState], k: Float) {
    let (scale, hooks, single) = (teaching.scales[layer], teaching.hooks, teaching.single)
    let readings = workers.map(numbers) { [streams] number in
      let block = DifferentiableBlock(single, layer: layer, stream: streams[number])
      let read = block.read(at: hooks.input)
      return (block: block, input: scale.input(read[rows: 1..<read.rows]))
    }
    let own = taught.inputs.isEmpty ? [] : [taught.inputs[layer]]
    let input = Matrix(stacking: readings.map(\.input) + own)
    inputs.append(input)
    var selection = layers[layer].select(input, k: k, teaching.configuration, workers)
    selection.auxiliary = selection.auxiliary.keepingPositions(from: replacedCount)
    loss.selections.append(selection)
    loss.derivatives.append([Float](repeating: 0, count: selection.active.count))
    loss.auxiliaryDerivatives.append([Float](repeating: 0, count: selection.auxiliary.count))
    var given = loss.start(layers[layer], input)
    given.add(
      decoded: loss.sources(layer, layers).map {
        loss.source($0, layer, layers[$0], loss.selections[$0].active)
      }, workers)
    fit(layer, given[rows: replacedCount..<given.rows], layers)
    let finished = workers.map(numbers) { [ranges, taught] number in
      var block = readings[number].block
      var written = Matrix(stacking: [
        taught.first[number][rows: layer..<layer + 1], scale.written(given[rows: ranges[number]]),
      ])
      written = block.finish(written, at: hooks.output)
      return (block: block, stream: written)
    }
    blocks.append(finished.map(\.block))
    streams = finished.map(\.stream)
  }

  /// The local loss of a layer; its residual waits for the way back.
  private mutating func fit(_ target: Int, _ given: Matrix, _ layers: [LayerState]) {
    var factors = [Float](repeating: 1, count: replacedCount)
    var residual = given
    if !taught.outputs.isEmpty {
      let wanted = taught.outputs[target]
      residual -= wanted
      let weight = 2 * teaching.configuration.localWeight / Float(max(1, wanted.columns * wanted.rows))
      let own = LayerScale.weights(wanted, outlier: teaching.configuration.outlier, workers).map {
        weight * $0
      }
      let squares = residual.rowSquares(workers)
      loss.parts.reconstruction += BatchLoss.mean(squares, own) / 2
      loss.parts.squaredError.append(Double.total(squares))
      loss.parts.squaredTarget.append(Double.total(wanted.rowSquares(workers)))
      factors += own
    }
    loss.factors.append(factors)
    loss.residuals.append(residual)
    let nothing = Matrix(rows: replacedCount, columns: residual.columns)
    // Dead features explain what is left of the model's own outputs alone.
    loss.explainRest(target, Matrix(stacking: [nothing, residual]), layers, factors)
  }

  // MARK: - Predictions

  /// Step 2.
  mutating func compare() {
    loss.batch = FixedBatch(inputs: inputs, outputs: [])
    let given = Matrix(stacking: zip(streams, taught.counted).map { $0.picking(rows: $1) })
    let count = max(1, taught.countedCount)
    let (values, gradient) = teaching.together.divergence(
      of: given, from: taught.streams, weights: Array(repeating: 1 / Float(count), count: given.rows))
    loss.parts.divergence = values.reduce(0) { $0 + $1.value } / Double(count)
    loss.parts.agreement = Double(values.count { $0.agrees }) / Double(count)
    var row = 0
    for (number, counted) in taught.counted.enumerated() {
      streams[number] = Matrix(rows: streams[number].rows, columns: streams[number].columns)
      for position in counted {
        streams[number][row: position] = gradient[row: row]
        row += 1
      }
    }
  }

  // MARK: - Backward

  /// Step 3 for one layer.
  mutating func pull(_ index: Int, _ layer: LayerState) {
    let (scale, hooks, blocks) = (teaching.scales[index], teaching.hooks, blocks[index])
    let pieces = workers.map(numbers) { [streams] number in
      let gradient = blocks[number].outputGradient(streams[number], at: hooks.output)
      var sized = gradient[rows: 1..<gradient.rows]
      sized.scale(by: scale.outputScale)
      return sized
    }
    let byOutputs = Matrix(stacking: pieces)
    loss.residuals[index] = Matrix(stacking: [byOutputs, loss.residuals[index]])
    for target in index..<index + layer.span {
      let products = loss.residuals[target].products(
        with: [loss.source(index, target, layer, loss.selections[index].active)],
        factors: loss.factors[target], workers)
      loss.derivatives[index].add(products[0])
    }
    loss.addSparsity(index, layer)
    var byInputs = byInputs(index, layer, byOutputs)
    byInputs.scale(by: 1 / scale.inputScale)
    streams = workers.map(numbers) { [streams, ranges] number in
      let nothing = Matrix(rows: 1, columns: byInputs.columns)
      return blocks[number].pull(
        streams[number], joining: Matrix(stacking: [nothing, byInputs[rows: ranges[number]]]),
        at: hooks.input)
    }
    self.blocks[index] = []
  }

  /// The gradient of what the features read in the replacement model, `[rows, width]`.
  private func byInputs(_ index: Int, _ layer: LayerState, _ byOutputs: Matrix) -> Matrix {
    var active = loss.selections[index].active
    active.values = loss.derivatives[index]
    if teaching.configuration.activation == .jumprelu {
      let thresholds = layer.thresholds
      for (entry, pre) in loss.selections[index].pre.enumerated()
      where !(pre > thresholds[Int(active.features[entry])]) {
        active.values[entry] = 0
      }
    }
    var result = Matrix(rows: byOutputs.rows, columns: byOutputs.columns)
    if layer[.skip].rows > 0 { result = byOutputs.times(layer[.skip], workers) }
    let source = DecoderSource(
      activations: active.prefix(positions: replacedCount), decoder: layer[.encoder], span: 1, offset: 0)
    result.add(decoded: [source], workers)
    return result
  }
}

extension SparseActivations {
  /// The entries of the first positions.
  fileprivate func prefix(positions count: Int) -> SparseActivations {
    let end = starts[count]
    return SparseActivations(
      featureCount: featureCount, starts: Array(starts[...count]), features: Array(features[..<end]),
      values: Array(values[..<end]))
  }

  /// The same positions, those before `first` without entries.
  fileprivate func keepingPositions(from first: Int) -> SparseActivations {
    let skipped = starts[first]
    return SparseActivations(
      featureCount: featureCount, starts: starts.map { max(0, $0 - skipped) },
      features: Array(features[skipped...]), values: Array(values[skipped...]))
  }
}
