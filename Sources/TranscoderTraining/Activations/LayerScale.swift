import LinearAlgebra

/// How one layer's activations are brought to a common size: (x − mean) / scale has a usual squared length of its width.
struct LayerScale: Sendable, Equatable, Codable {
  var inputMean: [Float]
  var inputScale: Float
  var outputMean: [Float]
  var outputScale: Float

  /// Leaves activations as they are.
  init(width: Int) {
    inputMean = Array(repeating: 0, count: width)
    outputMean = inputMean
    inputScale = 1
    outputScale = 1
  }

  /// Measures a layer on `rows` of a round.
  ///
  /// The mean and the size are those of the positions that are not outliers (more than twice the median length), so that
  /// a few massive activations do not make all others vanish.
  init(_ round: ActivationRound, layer: Int, rows: ArraySlice<Int>, _ workers: Workers) {
    let places = round.places(rows)
    (inputMean, inputScale) = LayerScale.measure(round.inputs[layer], places, workers)
    (outputMean, outputScale) = LayerScale.measure(round.outputs[layer], places, workers)
  }

  private static func measure(_ store: ActivationStore, _ rows: ArraySlice<Int>, _ workers: Workers) -> (
    mean: [Float], scale: Float
  ) {
    let zero = [Float](repeating: 0, count: store.columns)
    let raw = store.gathered(rows, shift: zero, factor: 1, workers)
    let mean = raw.meanOfUsualRows(squares: raw.rowSquares(workers))
    let squares = store.gathered(rows, shift: mean, factor: 1, workers).rowSquares(workers)
    let median = nthLargest((squares.count + 1) / 2, of: squares)
    let usual = squares.filter { $0 <= 4 * median }
    let size = usual.reduce(0.0) { $0 + Double($1) } / Double(max(1, usual.count)) / Double(store.columns)
    return (mean, size > 0 ? Float(size.squareRoot()) : 1)
  }

  /// Returns a layer's inputs at `rows`, brought to size.
  func inputs(_ round: ActivationRound, _ layer: Int, _ rows: ArraySlice<Int>, _ workers: Workers) -> Matrix {
    round.inputs[layer].gathered(round.places(rows), shift: inputMean, factor: 1 / inputScale, workers)
  }

  /// Returns a layer's outputs at `rows`, brought to size.
  func outputs(_ round: ActivationRound, _ layer: Int, _ rows: ArraySlice<Int>, _ workers: Workers) -> Matrix
  {
    round.outputs[layer].gathered(round.places(rows), shift: outputMean, factor: 1 / outputScale, workers)
  }

  /// Brings what a layer's features read to size.
  func input(_ raw: Matrix) -> Matrix { sized(raw, inputMean, inputScale) }

  /// Brings what they reconstruct to size.
  func output(_ raw: Matrix) -> Matrix { sized(raw, outputMean, outputScale) }

  /// Undoes `output`.
  func written(_ output: Matrix) -> Matrix {
    var result = output
    result.scale(by: outputScale)
    result.add(toEveryRow: outputMean)
    return result
  }

  private func sized(_ raw: Matrix, _ mean: [Float], _ scale: Float) -> Matrix {
    var result = raw
    result.add(toEveryRow: mean.map { -$0 })
    result.scale(by: 1 / scale)
    return result
  }

  /// Returns how much each position counts: 1, but for targets more than `outlier` times the usual length so much that
  /// its squared error weighs like one of that length.
  static func weights(_ targets: Matrix, outlier: Float, _ workers: Workers) -> [Float] {
    let limit = outlier * outlier * Float(targets.columns)
    return targets.rowSquares(workers).map { $0 > limit ? limit / $0 : 1 }
  }
}

extension Matrix {
  /// The mean of the rows whose squared length is at most four times the median.
  fileprivate func meanOfUsualRows(squares: [Float]) -> [Float] {
    let median = nthLargest((squares.count + 1) / 2, of: squares)
    let isUsual = squares.map { $0 <= 4 * median ? Float(1) : 0 }
    let count = max(1, isUsual.reduce(0, +))
    return weightedSum(isUsual.map { $0 / count })
  }
}
