import LinearAlgebra

// How gradients pass the parts of which blocks are made. Where a part has weights, the gradient at its output and what it
// read meet in one of these functions: the place from which a gradient of the weights themselves would come.

extension Transformer {
  /// Carries gradients at a norm's output back to its input as if the denominators were constants.
  ///
  /// - Parameters:
  ///   - norm: Nil when the gradients are those before its weight.
  ///   - scales: The denominator of each row.
  func pulled(_ gradient: Matrix, throughFrozen norm: NormWeights?, scales: [Float]) -> Matrix {
    var result = gradient
    if let norm { result.scaleColumns(by: norm.weight) }
    if configuration.norm.isCentred { result.centerRows() }
    result.scaleRows(by: scales.map { 1 / $0 })
    return result
  }

  /// Carries gradients at a norm's output back to its input: with n = x / s (centred where the norm says so), ∂n/∂x is the
  /// frozen part 1/s without its share along n, for a longer x makes s longer.
  ///
  /// - Parameters:
  ///   - norm: Nil when the gradients are those before its weight.
  ///   - normalized: n of each row.
  ///   - scales: s of each row.
  func pulled(_ gradient: Matrix, through norm: NormWeights?, normalized: Matrix, scales: [Float]) -> Matrix {
    var result = gradient
    if let norm { result.scaleColumns(by: norm.weight) }
    result.subtractProjections(on: normalized)
    return pulled(result, throughFrozen: nil, scales: scales)
  }

  /// Carries gradients at a linear map's output back to its input.
  func pulled(_ gradient: Matrix, through map: Linear) -> Matrix { gradient.times(map.weight, workers) }

  /// Carries gradients at rotated queries or keys back to what the layer's attention norm gave.
  ///
  /// - Parameters:
  ///   - norm: The norm of each head, where the model has one.
  ///   - read: What the map read: heads before their norm are computed from it again.
  func pulled(
    _ gradient: Matrix, throughHeads map: Linear, _ norm: NormWeights?, layer: Int, read: Matrix
  ) -> Matrix {
    var heads = gradient
    if !configuration.rotary.isEmpty {
      configuration.rotary[layer].rotate(
        &heads, dHead: configuration.dHead, firstPosition: 0, backwards: true)
    }
    if let norm {
      let (normalized, scale) = normalize(map(read, workers).reshaped(columns: configuration.dHead))
      heads = pulled(
        heads.reshaped(columns: configuration.dHead), through: norm, normalized: normalized, scales: scale
      ).reshaped(columns: gradient.columns)
    }
    return pulled(heads, through: map)
  }
}
