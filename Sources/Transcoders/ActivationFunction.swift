/// What turns a feature's pre-activation into its activation.
public enum ActivationFunction: Sendable, Equatable {
  /// max(h, 0).
  case relu
  /// h where h > threshold, else 0; the thresholds, one for each feature, belong to the layer.
  case jumpReLU
  /// The k largest pre-activations of a position keep their value, whatever its sign; the rest are 0.
  case topK(Int)
  /// The k largest pre-activations of a position keep their value where it is positive; the rest are 0.
  case rectifiedTopK(Int)

  /// Whether a feature's activation depends on the other features'.
  var isRanked: Bool {
    switch self {
    case .relu, .jumpReLU: false
    case .topK, .rectifiedTopK: true
    }
  }

  /// Returns the active features of one position as (index, activation), in the order of the index.
  ///
  /// What is not a number counts as active, so that whoever uses the activations can see it.
  ///
  /// - Parameters:
  ///   - pre: The pre-activations of a layer's features.
  ///   - thresholds: The features' thresholds, for `jumpReLU`.
  func active(_ pre: ArraySlice<Float>, thresholds: [Float]) -> [(index: Int, value: Float)] {
    switch self {
    case .relu:
      return pre.enumerated().compactMap { $1 <= 0 ? nil : ($0, $1) }
    case .jumpReLU:
      return zip(pre, thresholds).enumerated().compactMap { index, feature in
        let (value, threshold) = feature
        return value <= threshold || value == 0 ? nil : (index, threshold.isNaN ? threshold : value)
      }
    case .topK(let count):
      return ActivationFunction.largest(count, of: pre).filter { $0.value != 0 }
    case .rectifiedTopK(let count):
      return ActivationFunction.largest(count, of: pre).filter { !($0.value <= 0) }
    }
  }

  /// The `count` largest numbers with their indices, in the order of the index; what is not a number counts as largest.
  private static func largest(_ count: Int, of pre: ArraySlice<Float>) -> [(index: Int, value: Float)] {
    let rank = { (value: Float) in value.isNaN ? Float.infinity : value }
    let order = pre.enumerated().sorted { (rank($0.element), -$0.offset) > (rank($1.element), -$1.offset) }
    return order.prefix(count).sorted { $0.offset < $1.offset }.map { ($0.offset, $0.element) }
  }
}
