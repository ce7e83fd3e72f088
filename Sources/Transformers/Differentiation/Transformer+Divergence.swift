package import LinearAlgebra

extension Transformer {
  /// Returns how far the logits of one residual stream are from those of another, and the gradient of that.
  ///
  /// Logits are computed for some positions at a time, so that memory does not grow with their number.
  ///
  /// - Parameters:
  ///   - stream: Behind the last block, `[positions, dModel]`.
  ///   - wanted: The stream whose logits are to be come near to.
  ///   - weights: What multiplies the divergence of each position.
  /// - Returns: The divergences KL(wanted ‖ given), and the gradient of their weighted sum at `stream`.
  package func divergence(of stream: Matrix, from wanted: Matrix, weights rowWeights: [Float]) -> (
    values: [LogitDivergence], gradient: Matrix
  ) {
    precondition(
      stream.rows == wanted.rows && rowWeights.count == stream.rows, "\(stream.shape), \(wanted.shape)")
    let block = max(16, min(512, Transformer.logitsAtOnce / configuration.dVocab))
    var values: [LogitDivergence] = []
    var gradients: [Matrix] = []
    for first in stride(from: 0, to: stream.rows, by: block) {
      let rows = first..<min(stream.rows, first + block)
      let target = logits(normalize(wanted[rows: rows]).normalized)
      let (normalized, scale) = normalize(stream[rows: rows])
      var given = logits(normalized)
      values += given.pullDivergence(
        from: target, weights: Array(rowWeights[rows]), softCap: configuration.logitSoftCap, workers)
      gradients.append(
        pulled(
          pulled(given, through: weights.unembedding), through: weights.finalNorm, normalized: normalized,
          scales: scale))
    }
    return (values, Matrix(stacking: gradients))
  }

  /// Logits of one stream that are held at once.
  private static let logitsAtOnce = 1 << 25
}
