package import LinearAlgebra

/// The first weights of a layer, computed instead of trained: whitened matched filters, ridge-regression decoders.
///
/// With C the covariance of the inputs, a direction's best detector among such inputs is the matched filter C⁻¹c.
/// 1. Draw inputs as centres c; a few rounds of spherical k-means, with ⟨a, b⟩ = aᵀC⁻¹b, spread them.
/// 2. The encoder rows are C⁻¹c / √(cᵀC⁻¹c); the threshold is where `k` features a position are active on the average.
/// 3. Groups of positions with massive outputs (``OutlierGroups``) get a feature each, whose encoder separates them.
/// 4. Ridge regression (``DecoderRegression``) gives the decoders, and the skip.
/// 5. One factor makes encoder and decoder rows equally long on the average.
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
    let weights = LayerScale.weights(outputs, outlier: configuration.outlier, workers)
    var (encoder, bias, found, special) = encoding(inputs, OutlierGroups(outputs, weights), seed: seed)
    let active = inputs.encoded(
      by: encoder, bias: bias, selecting: .above([Float](repeating: found, count: features)), workers
    ).selected
    let fit = DecoderRegression(
      active, inputs: configuration.skip ? inputs : nil, outputs: outputs, weights: weights,
      ridge: configuration.ridge, workers)
    let norms = (encoder.rowSquares(workers)[special...], fit.decoder.rowSquares(workers)[special...])
    let factor = (Double.total(norms.1) / max(Double.total(norms.0), 1e-30)).squareRoot().squareRoot()
    let scale = Float(factor.isFinite && factor > 1e-6 ? factor : 1)
    encoder.scale(by: scale)
    let threshold = found * scale
    let decoder = spread(fit.decoder, over: span, scaledBy: 1 / scale)
    var state = LayerState(
      encoder: encoder, threshold: threshold, decoder: decoder, span: span,
      bandwidth: configuration.bandwidth * threshold, hasSkip: configuration.skip,
      density: Float(configuration.k) / Float(features))
    state.parameters[LayerState.Part.encoderBias.rawValue] = Matrix(
      rows: 1, columns: features, storage: bias.map { $0 * scale })
    state.parameters[LayerState.Part.decoderBias.rawValue] = Matrix(
      rows: 1, columns: fit.bias.count, storage: fit.bias)
    state.parameters[LayerState.Part.skip.rawValue] = fit.skip
    state.batchThreshold = threshold
    state.lookBound = 0.7 * threshold
    return state
  }

  /// Steps 1 to 3: the encoder, its bias, the threshold, and how many features in front are those of outliers.
  private func encoding(_ inputs: Matrix, _ outliers: OutlierGroups, seed: UInt64) -> (
    encoder: Matrix, bias: [Float], threshold: Float, special: Int
  ) {
    let whitening = Whitening(inputs, workers)
    var encoder = whitening.filters(clustered(inputs, whitening, seed: seed), workers)
    var bias = [Float](repeating: 0, count: encoder.rows)
    let threshold = CalibratedSelection(
      inputs, encoder: encoder, bias: bias, k: configuration.k, workers
    ).threshold
    let groups = outliers.groups.prefix(encoder.rows / 8)
    for (row, group) in groups.enumerated() {
      let detector = whitening.detector(of: group, among: inputs, threshold: threshold, workers)
      encoder[row: row] = detector.direction[...]
      bias[row] = detector.bias
    }
    return (encoder, bias, threshold, groups.count)
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
      let lists = FeatureLists(members)
      let ones = [Float](repeating: 1, count: members.count)
      let sums = Matrix.sums(of: [(points, ones)], lists: lists, workers)
      for row in 0..<centres.rows where !lists.range(row).isEmpty { centres[row: row] = sums[row: row] }
    }
    return centres
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

  /// A direction w and a bias such that wᵀx + bias is three times `threshold` at the mean of a group's rows, and `threshold`
  /// halfway (along w = C⁻¹(the group's mean − the mean of all)) to the other rows.
  func detector(of group: [Int], among inputs: Matrix, threshold: Float, _ workers: Workers) -> (
    direction: [Float], bias: Float
  ) {
    let own = inputs.picking(rows: group).mean
    let other = inputs.mean
    let way = Matrix(rows: inputs.columns, columns: 1, storage: zip(own, other).map { $0 - $1 })
    let direction = (factors?.solving(way, workers) ?? way).storage
    let (near, far) = (dot(own[...], direction[...]), dot(other[...], direction[...]))
    let slope = 2 * threshold / max((near - far) / 2, 1e-12)
    return (direction.map { $0 * slope }, threshold - slope * (near + far) / 2)
  }

  private func inverseLengths(_ rows: Matrix, _ solved: Matrix) -> [Float] {
    (0..<rows.rows).map { 1 / max(dot(rows[row: $0], solved[row: $0]), 1e-12).squareRoot() }
  }
}

extension Double {
  /// The sum of `values`.
  static func total(_ values: some Sequence<Float>) -> Double { values.reduce(0.0) { $0 + Double($1) } }
}

extension Matrix {
  /// The mean of all rows.
  fileprivate var mean: [Float] { weightedSum([Float](repeating: 1 / Float(max(1, rows)), count: rows)) }
}
