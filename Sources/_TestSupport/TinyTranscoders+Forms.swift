import Transcoders

extension TinyTranscoders {
  /// Per-layer and cross-layer sets of every activation function, input and output, with and without skip.
  public static let forms: [TinyTranscoders] = [
    TinyTranscoders("PLT, ReLU"),
    TinyTranscoders("PLT, JumpReLU, from the residual stream to the MLP's contribution") {
      $0.activation = .jumpReLU
      $0.input = .residMid
      $0.output = .mlpOut
    },
    TinyTranscoders("PLT, TopK, skip") {
      $0.activation = .topK(4)
      $0.hasSkip = true
    },
    TinyTranscoders("PLT, ReLU, skip, from the normalised stream") {
      $0.hasSkip = true
      $0.input = .mlpNormalized
      $0.output = .mlpOut
    },
    TinyTranscoders("CLT, JumpReLU, from the normalised stream") {
      $0.isCrossLayer = true
      $0.activation = .jumpReLU
      $0.input = .mlpNormalized
      $0.output = .mlpOut
    },
    TinyTranscoders("CLT, ReLU, skip, from the residual stream") {
      $0.isCrossLayer = true
      $0.hasSkip = true
      $0.input = .residMid
    },
  ]
}
