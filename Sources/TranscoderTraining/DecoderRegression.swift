import LinearAlgebra

/// What a layer gives, regressed on its active features and, with a skip, on its inputs.
///
/// Minimises Σ w‖y − Wᵀa − Sx − b‖² + ridge: the normal equations of features that are active together (and of inputs),
/// centred so that the bias takes the means, solved by Cholesky.
struct DecoderRegression {
  /// W, `[features, width]`.
  let decoder: Matrix
  /// S, `[width, width]` by (output, input), or no rows.
  let skip: Matrix
  /// b.
  let bias: [Float]

  /// Solves for the layers' `outputs`, `[positions, width]`, with a weight for each position.
  ///
  /// - Parameter inputs: What the skip reads, `[positions, width]`; nil for no skip.
  init(
    _ active: SparseActivations, inputs: Matrix?, outputs: Matrix, weights: [Float], ridge: Float,
    _ workers: Workers
  ) {
    let equations = NormalEquations(active, inputs, outputs, weights, workers)
    let features = active.featureCount
    let solved = equations.solved(ridge: ridge, workers)
    decoder = solved[rows: 0..<features]
    skip =
      inputs == nil
      ? Matrix(rows: 0, columns: outputs.columns) : solved[rows: features..<solved.rows].transposed()
    let carried = Matrix(rows: 1, columns: solved.rows, storage: equations.means).times(solved, workers)
    bias = zip(equations.outputMean, carried.storage).map { $0 - $1 }
  }
}

/// Zᵀ·w·Z and Zᵀ·w·Y of centred Z = [activations, inputs] and Y.
private struct NormalEquations {
  /// The weighted means of Z and of Y.
  let means: [Float]
  let outputMean: [Float]
  private var gram: Matrix
  private var right: Matrix
  private let features: Int
  /// Σa² of each feature without weights.
  private let squares: [Float]

  init(
    _ active: SparseActivations, _ inputs: Matrix?, _ outputs: Matrix, _ weights: [Float], _ workers: Workers
  ) {
    features = active.featureCount
    let total = Float(Double.total(weights))
    let shares = weights.map { $0 / max(total, 1e-30) }
    let lists = FeatureLists(active)
    let weighted = zip(active.values, active.positions).map { $0 * weights[Int($1)] }
    squares = lists.sums(active.values.map { $0 * $0 })
    outputMean = outputs.weightedSum(shares)
    gram = active.gram(weights: weights, workers)
    right = Matrix.sums(of: [(outputs, weighted)], lists: lists, workers)
    var means = lists.sums(weighted).map { $0 / max(total, 1e-30) }
    if let inputs {
      means += inputs.weightedSum(shares)
      let cross = Matrix.sums(of: [(inputs, weighted)], lists: lists, workers)
      var scaled = inputs
      scaled.scaleRows(by: weights)
      let transposed = scaled.transposed(workers)
      gram = gram.bordered(by: cross, corner: transposed.times(inputs, workers))
      right = right.appendingRows(of: transposed.times(outputs, workers))
    }
    self.means = means
    gram.addOuter(means, means, scaledBy: -total)
    right.addOuter(means, outputMean, scaledBy: -total)
  }

  /// Adds the ridge and solves, with more ridge while there is nothing to factor; zeros when there are no numbers.
  ///
  /// A feature's ridge shrinks with the weight of the positions where it is active (its entry of the diagonal over
  /// `squares`): what only outliers need is not held back for it. Inputs are many and never rare: theirs is a hundredth.
  func solved(ridge: Float, _ workers: Workers) -> Matrix {
    let usual = mean(0..<features)
    let inputs = features..<gram.rows
    var damping = (0..<features).map {
      usual * (squares[$0] > 0 ? max(gram[$0, $0] / squares[$0], 1e-6) : 1)
    }
    damping += [Float](repeating: inputs.isEmpty ? 0 : 0.01 * mean(inputs), count: inputs.count)
    var ridge = ridge
    while ridge < 1e30 {
      var sum = gram
      for row in 0..<gram.rows { sum[row, row] += ridge * damping[row] }
      if let factors = Cholesky(sum, workers) { return factors.solving(right, workers) }
      ridge *= 10
    }
    return Matrix(rows: right.rows, columns: right.columns)
  }

  /// The mean of the diagonal over `rows`.
  private func mean(_ rows: Range<Int>) -> Float {
    Float(max(rows.reduce(0.0) { $0 + Double(gram[$1, $1]) } / Double(max(1, rows.count)), 1e-6))
  }
}

extension Matrix {
  /// Returns [[self, right], [rightᵀ, corner]].
  fileprivate func bordered(by right: Matrix, corner: Matrix) -> Matrix {
    let below = right.transposed()
    var storage: [Float] = []
    storage.reserveCapacity((rows + corner.rows) * (columns + corner.columns))
    for row in 0..<rows { storage += self[row: row] + right[row: row] }
    for row in 0..<corner.rows { storage += below[row: row] + corner[row: row] }
    return Matrix(rows: rows + corner.rows, columns: columns + corner.columns, storage: storage)
  }
}
