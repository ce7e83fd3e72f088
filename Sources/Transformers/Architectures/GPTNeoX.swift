import LinearAlgebra

extension Architecture {
  /// GPT-NeoX, the form of Pythia: LayerNorms, attention and MLP beside each other, part of each head rotated.
  static let gptNeoX = Architecture(
    names: ["gpt_neox", "gptneox"], huggingFace: .huggingFaceNeoX, gguf: .ggufNeoX,
    defaults: HuggingFaceConfiguration {
      ($0.normEpsilon, $0.rotatedShare, $0.hasParallelResidual) = (1e-5, 0.25, true)
    }, activation: .gelu, centresNorms: true)
}

extension TensorNames {
  fileprivate static let huggingFaceNeoX = TensorNames(
    root: "gpt_neox.", embedding: "gpt_neox.embed_in.weight", finalNorm: "gpt_neox.final_layer_norm",
    unembedding: "embed_out", attentionNorm: "gpt_neox.layers.#.input_layernorm",
    attention: .fusedByHead("gpt_neox.layers.#.attention.query_key_value"),
    output: "gpt_neox.layers.#.attention.dense", mlpNorm: "gpt_neox.layers.#.post_attention_layernorm",
    up: "gpt_neox.layers.#.mlp.dense_h_to_4h", down: "gpt_neox.layers.#.mlp.dense_4h_to_h")

  /// The names of GPT-NeoX in GGUF files.
  static let ggufNeoX = {
    var names = ggufLlama
    names.attention = .fused("blk.#.attn_qkv")
    names.gate = nil
    return names
  }()
}
