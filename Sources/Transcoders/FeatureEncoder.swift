public import LinearAlgebra

/// The read vectors of a layer's features, in the orientation in which their file stores them: a matrix that is stored by
/// input is used as it lies, never turned.
public struct FeatureEncoder: Sendable {
  /// `[features, dModel]`, or with `isByInput` `[dModel, features]`.
  public let weights: StoredMatrix
  /// Whether a row belongs to an input and not to a feature.
  public let isByInput: Bool

  /// Wraps `weights`, `[features, dModel]`, or with `byInput` `[dModel, features]` of single elements.
  public init(_ weights: StoredMatrix, byInput: Bool = false) {
    precondition(!byInput || weights.format.blockLength == 1, "\(weights.format.rawValue) stored by input")
    self.weights = weights
    isByInput = byInput
  }

  /// The number of features.
  public var featureCount: Int { isByInput ? weights.columns : weights.rows }

  /// The width of what is read.
  public var width: Int { isByInput ? weights.rows : weights.columns }

  /// Returns what the features read of `input`, `[positions, dModel]`, before their biases: `[positions, features]`.
  func products(_ input: Matrix, _ workers: Workers) -> Matrix {
    isByInput ? input.times(weights, workers) : input.times(transposed: weights, workers)
  }

  /// Returns the read vectors of some features, `[indices.count, dModel]`.
  package func readVectors(_ indices: [Int]) -> Matrix {
    isByInput ? weights.gathered(columns: indices) : weights.gathered(indices)
  }
}
