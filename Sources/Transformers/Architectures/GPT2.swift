import LinearAlgebra

extension Architecture {
  /// GPT-2: LayerNorms, learned positions, no gate, and maps that are stored transposed.
  static let gpt2 = Architecture(
    names: ["gpt2"], huggingFace: .huggingFaceGPT2, gguf: .ggufGPT2,
    defaults: HuggingFaceConfiguration { ($0.normEpsilon, $0.contextLength) = (1e-5, 1024) },
    activation: .geluTanh, centresNorms: true, rotates: false)
}

extension TensorNames {
  fileprivate static let huggingFaceGPT2 = TensorNames(
    root: "transformer.", embedding: "transformer.wte.weight", positionEmbedding: "transformer.wpe.weight",
    finalNorm: "transformer.ln_f", unembedding: "lm_head", attentionNorm: "transformer.h.#.ln_1",
    attention: .fused("transformer.h.#.attn.c_attn"), output: "transformer.h.#.attn.c_proj",
    mlpNorm: "transformer.h.#.ln_2", up: "transformer.h.#.mlp.c_fc", down: "transformer.h.#.mlp.c_proj",
    storesInputsFirst: true)

  fileprivate static let ggufGPT2 = {
    var names = ggufNeoX
    names.positionEmbedding = "position_embd.weight"
    return names
  }()
}
