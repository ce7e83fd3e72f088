extension Architecture {
  /// Llama 2, 3 and what shares its form, such as SmolLM2.
  static let llama = Architecture(
    names: ["llama"], huggingFace: .huggingFaceLlama, gguf: .ggufLlama, windowIsOptIn: true,
    ggufInterleavesPairs: true)
}

extension TensorNames {
  /// The names of Hugging Face's Llama, which most later architectures took over.
  static let huggingFaceLlama = TensorNames(
    root: "model.", embedding: "model.embed_tokens.weight", finalNorm: "model.norm", unembedding: "lm_head",
    attentionNorm: "model.layers.#.input_layernorm",
    attention: .separate(
      query: "model.layers.#.self_attn.q_proj", key: "model.layers.#.self_attn.k_proj",
      value: "model.layers.#.self_attn.v_proj"),
    output: "model.layers.#.self_attn.o_proj", mlpNorm: "model.layers.#.post_attention_layernorm",
    gate: "model.layers.#.mlp.gate_proj", up: "model.layers.#.mlp.up_proj",
    down: "model.layers.#.mlp.down_proj")

  /// The names that GGUF files of all architectures share.
  static let ggufLlama = TensorNames(
    embedding: "token_embd.weight", finalNorm: "output_norm", unembedding: "output",
    rotaryFactors: "rope_freqs.weight", attentionNorm: "blk.#.attn_norm",
    attention: .separate(query: "blk.#.attn_q", key: "blk.#.attn_k", value: "blk.#.attn_v"),
    output: "blk.#.attn_output", mlpNorm: "blk.#.ffn_norm", gate: "blk.#.ffn_gate", up: "blk.#.ffn_up",
    down: "blk.#.ffn_down")

  /// These names, and those of the norms of each head's query and key, in a Hugging Face folder.
  var withHeadNorms: TensorNames {
    var names = self
    let prefix = root.isEmpty ? "blk.#.attn_" : "model.layers.#.self_attn."
    names.queryNorm = prefix + "q_norm"
    names.keyNorm = prefix + "k_norm"
    return names
  }
}
