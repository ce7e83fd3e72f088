package import LinearAlgebra

/// The first weights of a layer, computed instead of trained: whitened matched filters, ridge-regression decoders.
///
/// With C the covariance of the inputs, a direction's best detector among such inputs is the matched filter C⁻¹c.
/// 1. Draw inputs as centres c; a few rounds of spherical k-means, with ⟨a, b⟩ = aᵀC⁻¹b, spread them.
/// 2. The encoder rows are C⁻¹c / √(cᵀC⁻¹c); the threshold is where `k` features a position are active on the average.
/// 3. The decoders minimise Σ w‖y − Wᵀa − b‖² + ridge: normal equations over features that are active together, solved by
///    Cholesky.
/// 4. One factor makes encoder and decoder rows equally long on the average.
package struct ClosedFormStart {
  private let configuration: TrainingConfiguration
  private let workers: Workers

  /// Takes the number of features, k, outlier, ridge and clusterings from `configuration`.
  package init(configuration: TrainingConfiguration, workers: Workers) {
    self.configuration = configuration
    self.workers = workers
  }

  /// Returns the layer whose scaled inputs and outputs, `[positions, width]`, are given.
  package func layer(inputs: Matrix, outputs: Matrix, span: Int, seed: UInt64) -> LayerState {
    let features = configuration.features
    let whitening = Whitening(inputs, workers)
    let centres = clustered(inputs, whitening, seed: seed)
    var encoder = whitening.filters(centres, workers)
    let (active, found) = selection(inputs, encoder)
    let weights = LayerScale.weights(outputs, outlier: configuration.outlier, workers)
    let (own, bias) = decoders(active, outputs, weights)
    let norms = (encoder.rowSquares(workers), own.rowSquares(workers))
    let factor = (Double.total(norms.1) / max(Double.total(norms.0), 1e-30)).squareRoot().squareRoot()
    let scale = Float(factor.isFinite && factor > 1e-6 ? factor : 1)
    encoder.scale(by: scale)
    let threshold = found * scale
    let decoder = spread(own, over: span, scaledBy: 1 / scale)
    var state = LayerState(
      encoder: encoder, threshold: threshold, decoder: decoder, span: span,
      bandwidth: configuration.bandwidth * threshold, hasSkip: configuration.skip,
      density: Float(configuration.k) / Float(features))
    state.parameters[LayerState.Part.decoderBias.rawValue] = Matrix(
      rows: 1, columns: bias.count, storage: bias)
    state.batchThreshold = threshold
    state.lookBound = 0.7 * threshold
    return state
  }

  /// Puts a decoder row for each feature among `span`, the others 0.
  private func spread(_ own: Matrix, over span: Int, scaledBy factor: Float) -> Matrix {
    guard span > 1 else {
      var scaled = own
      scaled.scale(by: factor)
      return scaled
    }
    var decoder = Matrix(rows: own.rows * span, columns: own.columns)
    for feature in 0..<own.rows { decoder.add(own[row: feature], scaledBy: factor, toRow: feature * span) }
    return decoder
  }

  /// Step 1: centres, `[features, width]`.
  private func clustered(_ inputs: Matrix, _ whitening: Whitening, seed: UInt64) -> Matrix {
    var order = SeededOrder(seed: seed)
    let sample = min(inputs.rows, 6 * configuration.features)
    let drawn = order.permutation(inputs.rows)
    let points = whitening.unit(inputs.picking(rows: drawn.prefix(sample).sorted()), workers)
    let picks = order.permutation(points.rows)
    var centres = points.picking(rows: (0..<configuration.features).map { picks[$0 % picks.count] })
    for _ in 0..<configuration.clusterings {
      let filters = whitening.filters(centres, workers)
      let nearest = points.encoded(
        by: filters, bias: [Float](repeating: 0, count: filters.rows), selecting: .largest(1), workers)
      let members = nearest.selected
      var sums = Matrix(rows: centres.rows, columns: centres.columns)
      let lists = FeatureLists(members)
      sums.add(points, scaledBy: [Float](repeating: 1, count: members.count), lists: lists, workers)
      for row in 0..<centres.rows where !lists.range(row).isEmpty { centres[row: row] = sums[row: row] }
    }
    return centres
  }

  /// Step 2: what is active, and the threshold above which it is.
  private func selection(_ inputs: Matrix, _ encoder: Matrix) -> (SparseActivations, Float) {
    let bias = [Float](repeating: 0, count: encoder.rows)
    let found = CalibratedSelection(inputs, encoder: encoder, bias: bias, k: configuration.k, workers)
    return (found.active, found.threshold)
  }

  /// Step 3: the decoders, `[features, width]`, and the bias.
  func decoders(
    _ active: SparseActivations, _ outputs: Matrix, _ weights: [Float]
  ) -> (Matrix, [Float]) {
    let total = Float(Double.total(weights))
    let lists = FeatureLists(active)
    let positions = active.positions
    let weighted = zip(active.values, positions).map { $0 * weights[Int($1)] }
    let means = lists.sums(weighted).map { $0 / max(total, 1e-30) }
    let outputMean = outputs.weightedSum(weights.map { $0 / max(total, 1e-30) })
    var gram = active.gram(weights: weights, workers)
    var right = Matrix(rows: active.featureCount, columns: outputs.columns)
    right.add(outputs, scaledBy: weighted, lists: lists, workers)
    // Regression on centred activations: the bias takes the means.
    gram.addOuter(means, means, scaledBy: -total)
    right.addOuter(means, outputMean, scaledBy: -total)
    guard let factors = damped(gram, lists.sums(active.values.map { $0 * $0 })) else {
      return (Matrix(rows: right.rows, columns: right.columns), outputMean)
    }
    let solved = factors.solving(right, workers)
    let carried = Matrix(rows: 1, columns: means.count, storage: means).times(solved, workers)
    return (solved, zip(outputMean, carried.storage).map { $0 - $1 })
  }
}

extension ClosedFormStart {
  /// Adds the ridge to a Gram matrix and factors the sum; nil when it has no numbers to factor.
  ///
  /// A feature's ridge shrinks with the weight of the positions where it is active (its entry of the diagonal over
  /// `squares`, the same without weights): what only outliers need is not held back for it.
  private func damped(_ gram: Matrix, _ squares: [Float]) -> Cholesky? {
    let usual = (0..<gram.rows).reduce(0.0) { $0 + Double(gram[$1, $1]) } / Double(gram.rows)
    let shares = (0..<gram.rows).map { squares[$0] > 0 ? max(gram[$0, $0] / squares[$0], 1e-6) : 1 }
    var ridge = Float(max(usual, 1e-6)) * configuration.ridge
    while ridge < 1e30 {
      var sum = gram
      for row in 0..<gram.rows { sum[row, row] += ridge * shares[row] }
      if let factors = Cholesky(sum, workers) { return factors }
      ridge *= 10
    }
    return nil
  }
}

/// The covariance of a layer's inputs, and what it makes of directions.
private struct Whitening {
  private let factors: Cholesky?

  init(_ inputs: Matrix, _ workers: Workers) {
    var covariance = inputs.transposed().times(inputs, workers)
    covariance.scale(by: 1 / Float(max(1, inputs.rows)))
    let usual = (0..<covariance.rows).reduce(Float(0)) { $0 + covariance[$1, $1] } / Float(covariance.rows)
    for row in 0..<covariance.rows { covariance[row, row] += 0.01 * max(usual, 1e-6) }
    factors = Cholesky(covariance, workers)
  }

  /// C⁻¹c / √(cᵀC⁻¹c) of every row c.
  func filters(_ centres: Matrix, _ workers: Workers) -> Matrix {
    var filters = factors?.solving(centres.transposed(), workers).transposed() ?? centres
    filters.scaleRows(by: inverseLengths(centres, filters))
    return filters
  }

  /// c / √(cᵀC⁻¹c) of every row c.
  func unit(_ rows: Matrix, _ workers: Workers) -> Matrix {
    let solved = factors?.solving(rows.transposed(), workers).transposed() ?? rows
    var unit = rows
    unit.scaleRows(by: inverseLengths(rows, solved))
    return unit
  }

  private func inverseLengths(_ rows: Matrix, _ solved: Matrix) -> [Float] {
    (0..<rows.rows).map { 1 / max(dot(rows[row: $0], solved[row: $0]), 1e-12).squareRoot() }
  }
}

extension Double {
  /// The sum of `values`.
  static func total(_ values: [Float]) -> Double { values.reduce(0.0) { $0 + Double($1) } }
}
