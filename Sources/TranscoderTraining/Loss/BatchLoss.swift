package import LinearAlgebra

/// The loss of a batch and its gradients, without a graph of operations: the formulas are written out.
///
/// With B positions, width d, weights w of the positions, a the activations, R = ŷ − y:
/// 1. Encode every layer; only what is active, or near its threshold, is kept (`LayerSelection`).
/// 2. For every output layer: add what its sources write, subtract the target; while the decoder rows are in the cache,
///    take ∂/∂a = 2w/(dB) · ⟨R, decoder row⟩. Dead features do the same for what is left (AuxK).
/// 3. For every layer: the gradients of its parameters, from the entries sorted by feature (`gradients`).
///
/// So beyond the encoder's product, cost follows the number of active features.
package struct BatchLoss {
  let configuration: TrainingConfiguration
  var batch: any TrainingBatch
  /// λ.
  let sparsity: Float
  let workers: Workers
  /// What is active at each layer.
  package internal(set) var selections: [LayerSelection]
  /// The terms.
  package internal(set) var parts = LossParts()
  /// ∂/∂a of each entry, for each layer.
  var derivatives: [[Float]] = []
  /// The same of the auxiliary entries.
  var auxiliaryDerivatives: [[Float]] = []
  /// 2w/(dB) of each position, for each output layer.
  package internal(set) var factors: [[Float]] = []
  /// R of each output layer.
  package internal(set) var residuals: [Matrix] = []
  /// ê − e of each output layer; empty without dead features.
  private(set) var auxiliaryResiduals: [Matrix] = []

  /// Does steps 1 and 2; `layers` remember what the selection of the next batch needs.
  package init(
    _ batch: any TrainingBatch, _ layers: inout [LayerState], k: Float, sparsity: Float,
    _ configuration: TrainingConfiguration, _ workers: Workers
  ) {
    self.init(batch, sparsity: sparsity, configuration, workers)
    for layer in layers.indices {
      selections.append(layers[layer].select(batch.inputs(layer, workers), k: k, configuration, workers))
    }
    derivatives = selections.map { Array(repeating: 0, count: $0.active.count) }
    auxiliaryDerivatives = selections.map { Array(repeating: 0, count: $0.auxiliary.count) }
    for layer in layers.indices { fit(layer, layers) }
    for layer in layers.indices { addSparsity(layer, layers[layer]) }
    describe(layers)
  }

  /// Begins without layers.
  init(
    _ batch: any TrainingBatch, sparsity: Float, _ configuration: TrainingConfiguration, _ workers: Workers
  ) {
    self.configuration = configuration
    self.batch = batch
    self.sparsity = sparsity
    self.workers = workers
    selections = []
  }

  /// What is told of the selections, and the dead features' term.
  mutating func describe(_ layers: [LayerState]) {
    parts.activeFeatures = selections.map { selection in
      Double(selection.active.values.count { $0 > 0 }) / Double(max(1, batch.positionCount))
    }
    parts.dead = zip(selections, layers).map { Double($0.dead.count) / Double($1.featureCount) }
    parts.preActivation = selections.reduce(0) { sum, selection in
      sum + Double(configuration.preActivation) * selection.shortfall / Double(batch.positionCount)
    }
  }

  /// The layers whose features write to `target`.
  func sources(_ target: Int, _ layers: [LayerState]) -> [Int] {
    (0...target).filter { target - $0 < layers[$0].span }
  }

  /// Step 2 for one output layer.
  private mutating func fit(_ target: Int, _ layers: [LayerState]) {
    let outputs = batch.outputs(target, workers)
    let weights = LayerScale.weights(outputs, outlier: configuration.outlier, workers)
    let scale = 1 / Float(outputs.columns * outputs.rows)
    let factors = weights.map { 2 * $0 * scale }
    self.factors.append(factors)
    let sources = sources(target, layers)
    let fit = start(layers[target], batch.inputs(target, workers)).fitted(
      to: outputs, by: sources.map { source($0, target, layers[$0], selections[$0].active) },
      factors: factors,
      workers)
    for (place, layer) in sources.enumerated() { derivatives[layer].add(fit.derivatives[place]) }
    parts.reconstruction += BatchLoss.mean(fit.squares, factors) / 2
    parts.squaredError.append(Double.total(fit.squares))
    parts.squaredTarget.append(Double.total(outputs.rowSquares(workers)))
    residuals.append(fit.residual)
    explainRest(target, fit.residual, layers, factors)
  }

  /// What a layer gives without features.
  func start(_ layer: LayerState, _ inputs: Matrix) -> Matrix {
    var start = Matrix(rows: inputs.rows, columns: layer[.decoderBias].columns)
    if layer[.skip].rows > 0 { start = inputs.times(transposed: layer[.skip], workers) }
    start.add(toEveryRow: layer[.decoderBias].storage)
    return start
  }

  /// Features of one layer as they write to another.
  func source(_ index: Int, _ target: Int, _ layer: LayerState, _ active: SparseActivations)
    -> DecoderSource
  {
    DecoderSource(
      activations: active, decoder: layer[.decoder], span: layer.span, offset: target - index)
  }

  /// AuxK: dead features fit e = y − ŷ, which counts as given.
  ///
  /// - Parameter residual: −e.
  mutating func explainRest(
    _ target: Int, _ residual: @autoclosure () -> Matrix, _ layers: [LayerState], _ factors: [Float]
  ) {
    let sources = sources(target, layers)
    guard configuration.auxiliaryWeight > 0, sources.contains(where: { selections[$0].auxiliary.count > 0 })
    else {
      auxiliaryResiduals.append(Matrix(rows: 0, columns: 0))
      return
    }
    var rest = residual()
    rest.scale(by: -1)
    let weighted = factors.map { configuration.auxiliaryWeight * $0 }
    let fit = Matrix(rows: rest.rows, columns: rest.columns).fitted(
      to: rest, by: sources.map { source($0, target, layers[$0], selections[$0].auxiliary) },
      factors: weighted,
      workers)
    for (place, layer) in sources.enumerated() { auxiliaryDerivatives[layer].add(fit.derivatives[place]) }
    parts.auxiliary += BatchLoss.mean(fit.squares, weighted) / 2
    auxiliaryResiduals.append(fit.residual)
  }

  /// λ Σ tanh(c‖W‖a/√d): adds its derivative by the activations; that by the decoders comes with their gradients.
  mutating func addSparsity(_ index: Int, _ layer: LayerState) {
    guard sparsity > 0, configuration.usesSparsity else { return }
    let slopes = slopes(layer)
    let active = selections[index].active
    let factor = sparsity / Float(batch.positionCount)
    var sum = 0.0
    for entry in active.features.indices {
      let slope = slopes[Int(active.features[entry])]
      let value = (slope * active.values[entry]).hyperbolicTangent
      sum += Double(value)
      derivatives[index][entry] += factor * slope * (1 - value * value)
    }
    parts.sparsity += sum * Double(factor)
  }

  /// c‖W‖/√d of each feature.
  func slopes(_ layer: LayerState) -> [Float] {
    let unit = configuration.sparsitySlope / Float(layer[.encoder].columns).squareRoot()
    return layer.decoderNorms(workers).map { unit * $0 }
  }

  static func mean(_ squares: [Float], _ factors: [Float]) -> Double {
    zip(squares, factors).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }
}

extension TrainingConfiguration {
  /// Whether the sparsity loss holds the activations down.
  var usesSparsity: Bool { activation == .jumprelu || activation == .relu }

  /// Whether dead features are pulled towards their thresholds.
  var usesPreActivation: Bool { usesSparsity && preActivation > 0 }
}

extension [Float] {
  /// Adds numbers in the same places.
  mutating func add(_ other: [Float]) {
    for index in indices { self[index] += other[index] }
  }
}
