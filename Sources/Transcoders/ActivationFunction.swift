/// What turns a feature's pre-activation into its activation.
public enum ActivationFunction: Sendable, Equatable {
  /// max(h, 0).
  case relu
  /// h where h > threshold, else 0; the thresholds, one for each feature, belong to the layer.
  case jumpReLU
  /// The k largest pre-activations of a position keep their value, whatever its sign; the rest are 0.
  case topK(Int)

  /// Returns the active features of one position as (index, activation), in the order of the index; what is no
  /// number counts as active, so that it is seen.
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
        return value <= threshold ? nil : (index, threshold.isNaN ? threshold : value)
      }
    case .topK(let count):
      let ranks = pre.map { $0.isNaN ? .infinity : $0 }
      let order = pre.enumerated().sorted {
        (ranks[$0.offset], -$0.offset) > (ranks[$1.offset], -$1.offset)
      }
      let kept = order.prefix(count).sorted { $0.offset < $1.offset }
      return kept.compactMap { $0.element != 0 ? ($0.offset, $0.element) : nil }
    }
  }
}
