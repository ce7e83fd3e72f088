import LinearAlgebra

extension Architecture {
  /// Gemma 2: norms before and behind each part, soft caps on scores and logits, windows in every second layer.
  static let gemma2 = Architecture(
    names: ["gemma2"], huggingFace: .huggingFaceGemma, gguf: .ggufGemma,
    defaults: HuggingFaceConfiguration {
      ($0.headCount, $0.groupCount, $0.headWidth, $0.queryScalar) = (8, 4, 256, 256)
      ($0.slidingWindow, $0.attentionSoftCap, $0.logitSoftCap) = (4096, 50, 30)
    }, activation: .geluTanh, normOffset: 1, scalesEmbedding: true, fullPeriod: 2, ggufWideScaleLayerCount: 46
  )
}

extension TensorNames {
  /// The names of Hugging Face's Gemma 2 and 3.
  static let huggingFaceGemma = {
    var names = huggingFaceLlama
    names.attentionPostNorm = "model.layers.#.post_attention_layernorm"
    names.mlpNorm = "model.layers.#.pre_feedforward_layernorm"
    names.mlpPostNorm = "model.layers.#.post_feedforward_layernorm"
    return names
  }()

  /// The names of Gemma 2 and 3 in GGUF files.
  static let ggufGemma = {
    var names = ggufLlama
    names.attentionPostNorm = "blk.#.post_attention_norm"
    names.mlpPostNorm = "blk.#.post_ffw_norm"
    return names
  }()
}
