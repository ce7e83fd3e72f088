public import LinearAlgebra

extension TranscoderSet {
  /// Returns a layer's activations above 0, a row for each position, position 0 included.
  ///
  /// Never more than a few positions' pre-activations are held at once.
  ///
  /// - Parameter input: What the input place holds, `[positions, dModel]`.
  public func positiveActivations(layer: Int, input: Matrix, _ workers: Workers) -> SparseActivations {
    let transcoder = transcoders[layer]
    let encoder =
      transcoder.encoder.isByInput
      ? transcoder.encoder.weights.widened().transposed(workers)
      : transcoder.encoder.weights.widened(workers)
    return input.encoded(
      by: encoder, bias: transcoder.encoderBias, selecting: selection(transcoder), workers
    ).selected
  }

  private func selection(_ transcoder: Transcoder) -> FeatureSelection {
    switch activation {
    case .relu: .above(Array(repeating: 0, count: transcoder.featureCount))
    case .jumpReLU: .above(transcoder.thresholds.map { max(0, $0) })
    case .topK(let count), .rectifiedTopK(let count): .largest(min(count, transcoder.featureCount))
    }
  }
}
