extension Architecture {
  /// Llama, and what shares its form: SmolLM2, Mistral.
  static let llama = Architecture(
    names: ["llama", "mistral"], huggingFace: .huggingFaceLlama, gguf: .ggufLlama, ggufInterleavesPairs: true)
}

extension TensorNames {
  /// The names of Hugging Face's Llama, which most later architectures took over.
  static let huggingFaceLlama = TensorNames(
    embedding: "model.embed_tokens.weight", finalNorm: "model.norm", unembedding: "lm_head",
    attentionNorm: "model.layers.#.input_layernorm", query: "model.layers.#.self_attn.q_proj",
    key: "model.layers.#.self_attn.k_proj", value: "model.layers.#.self_attn.v_proj",
    output: "model.layers.#.self_attn.o_proj", queryNorm: "model.layers.#.self_attn.q_norm",
    keyNorm: "model.layers.#.self_attn.k_norm", mlpNorm: "model.layers.#.post_attention_layernorm",
    gate: "model.layers.#.mlp.gate_proj", up: "model.layers.#.mlp.up_proj",
    down: "model.layers.#.mlp.down_proj")

  /// The names that GGUF files of all architectures share.
  static let ggufLlama = TensorNames(
    embedding: "token_embd.weight", finalNorm: "output_norm", unembedding: "output",
    rotaryFactors: "rope_freqs.weight", attentionNorm: "blk.#.attn_norm", query: "blk.#.attn_q",
    key: "blk.#.attn_k", value: "blk.#.attn_v", output: "blk.#.attn_output", queryNorm: "blk.#.attn_q_norm",
    keyNorm: "blk.#.attn_k_norm", mlpNorm: "blk.#.ffn_norm", gate: "blk.#.ffn_gate", up: "blk.#.ffn_up",
    down: "blk.#.ffn_down")
}
