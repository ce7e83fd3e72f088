import _LinearAlgebraShims

extension Matrix {
  /// Replaces each row of logits by the gradient of weight · cross-entropy: weight · (probability − 1 at the target).
  ///
  /// - Parameters:
  ///   - targets: The column of each row that is right.
  ///   - weights: One for each row.
  /// - Returns: The cross-entropy −log probability of each row's target, in nats, without its weight.
  public mutating func pullCrossEntropy(targets: [Int], weights: [Float]) -> [Float] {
    precondition(targets.count == rows && weights.count == rows, "\(targets.count) targets of \(shape)")
    let (columns, pull) = (columns, la_training_best().pointee.cross_entropy)
    precondition(targets.allSatisfy { $0 >= 0 && $0 < columns }, "a target beyond \(columns)")
    var losses = [Float](repeating: 0, count: rows)
    update { base in
      guard let pull else { return }
      for (row, target) in targets.enumerated() {
        losses[row] = pull(columns, base + row * columns, target, weights[row])
      }
    }
    return losses
  }
}
