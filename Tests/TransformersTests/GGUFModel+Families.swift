import Foundation
import LinearAlgebra
import ModelFiles
import _TestSupport

extension GGUFModel {
  /// The file into which a Hugging Face folder is converted, as llama.cpp's converters do it.
  ///
  /// 1. Tensors are renamed.
  /// 2. Rows of queries and keys of the Llama family are moved so that rotated pairs stand side by side.
  /// 3. Gemma's norm weights get their 1, GPT-2's maps are transposed, GPT-NeoX's fused maps are put part by part.
  /// 4. The configuration's values are named anew.
  init(folder path: String, as architecture: String) throws {
    let data = try Data(contentsOf: URL(filePath: path + "/config.json"))
    let whole = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    let said = whole["text_config"] as? [String: Any] ?? whole
    let archive = try SafetensorsFolder(path: path)
    self.init(architecture: architecture, tensors: [:])
    let queryFactor = describe(said)
    for name in archive.tensorNames {
      let tensor = try archive.tensor(name)
      let matrix = try tensor.matrix().widened()
      let renamed = GGUFModel.renamed(name, architecture)
      tensors[renamed] = converted(
        matrix, renamed, isVector: tensor.shape.count == 1, queryFactor: queryFactor)
    }
  }

  /// Writes what the configuration says; returns what the queries must be multiplied by, for which there is no word.
  private mutating func describe(_ said: [String: Any]) -> Float {
    let number = { (keys: [String]) in keys.lazy.compactMap { said[$0] as? NSNumber }.first }
    let wholes = [
      "embedding_length": ["hidden_size", "n_embd"], "block_count": ["num_hidden_layers", "n_layer"],
      "attention.head_count": ["num_attention_heads", "n_head"],
      "attention.head_count_kv": ["num_key_value_heads"], "attention.key_length": ["head_dim"],
      "feed_forward_length": ["intermediate_size", "n_inner"],
      "context_length": ["max_position_embeddings", "n_positions"],
      "attention.sliding_window": ["sliding_window"],
      "attention.sliding_window_pattern": ["sliding_window_pattern"],
    ]
    for (key, names) in wholes { integers[key] = number(names)?.intValue }
    let width = integers["embedding_length", default: 0]
    if integers["feed_forward_length"] == nil { integers["feed_forward_length"] = 4 * width }
    if integers["context_length"] == nil { integers["context_length"] = 131_072 }
    let fractions = [
      "rope.freq_base": ["rope_theta"], "attn_logit_softcapping": ["attn_logit_softcapping"],
      "final_logit_softcapping": ["final_logit_softcapping"],
    ]
    for (key, names) in fractions { floats[key] = number(names)?.floatValue }
    let isCentred = architecture.hasPrefix("gpt")
    let epsilon = number(["rms_norm_eps", "layer_norm_epsilon", "layer_norm_eps"])?.floatValue
    floats["attention.layer_norm_\(isCentred ? "" : "rms_")epsilon"] = epsilon ?? 1e-6
    if architecture == "gemma3" { floats["rope.freq_base"] = floats["rope.freq_base"] ?? 1_000_000 }
    if let scaling = said["rope_scaling"] as? [String: Any], let factor = scaling["factor"] as? NSNumber {
      texts["rope.scaling.type"] = "linear"
      floats["rope.scaling.factor"] = factor.floatValue
    }
    if let types = said["layer_types"] as? [String], architecture != "gemma2" {
      flags["attention.sliding_window_pattern"] = types.map { $0 == "sliding_attention" }
    }
    if let share = number(["rotary_pct"])?.doubleValue {
      let heads = integers["attention.head_count", default: 1]
      integers["rope.dimension_count"] = Int(Double(width / heads) * share)
    }
    switches["use_parallel_residual"] = said["use_parallel_residual"] as? Bool
    return number(["query_pre_attn_scalar"]).map { (Float(dHead) / $0.floatValue).squareRoot() } ?? 1
  }

  /// The width of a head.
  private var dHead: Int {
    integers["attention.key_length"]
      ?? integers["embedding_length", default: 0] / integers["attention.head_count", default: 1]
  }

  private func converted(_ matrix: Matrix, _ name: String, isVector: Bool, queryFactor: Float) -> Matrix {
    var result = matrix
    if architecture == "gpt2", !isVector, name.hasPrefix("blk") { result = result.transposed() }
    if architecture.hasPrefix("gemma"), name.hasSuffix("norm.weight") { result = result.map { $0 + 1 } }
    if ["llama", "smollm3"].contains(architecture), name.contains("attn_q.") || name.contains("attn_k.") {
      result = GGUFModel.interleaved(result, dHead: dHead, name)
    }
    if architecture == "gptneox", name.contains("attn_qkv") {
      let rows = isVector ? result.transposed() : result
      let (third, dHead) = (rows.rows / 3, dHead)
      let order = (0..<rows.rows).map { row in
        (row % third / dHead * 3 + row / third) * dHead + row % dHead
      }
      let moved = rows.picking(rows: order)
      result = isVector ? moved.transposed() : moved
    }
    let holdsFactor = name.contains(architecture == "gemma3" ? "attn_q_norm" : "attn_q.")
    return holdsFactor ? result.map { $0 * queryFactor } : result
  }

  private static func renamed(_ name: String, _ architecture: String) -> String {
    let pairs = architecture.hasPrefix("gpt") ? gptNames : llamaNames
    let norms = architecture.hasPrefix("gemma") ? gemmaNorms : llamaNorms
    return (pairs + norms).reduce(name) { $0.replacing($1.0, with: $1.1) }
  }

  private static let llamaNames = [
    ("language_model.", ""), ("model.embed_tokens", "token_embd"), ("lm_head", "output"),
    ("model.norm", "output_norm"), ("model.layers", "blk"), ("input_layernorm", "attn_norm"),
    ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"), ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
  ]
  private static let llamaNorms = [("post_attention_layernorm", "ffn_norm")]
  private static let gemmaNorms = [
    ("post_attention_layernorm", "post_attention_norm"), ("pre_feedforward_layernorm", "ffn_norm"),
    ("post_feedforward_layernorm", "post_ffw_norm"),
  ]
  private static let gptNames = [
    ("transformer.", ""), ("gpt_neox.", ""), ("wte", "token_embd"), ("wpe", "position_embd"),
    ("embed_in", "token_embd"), ("embed_out", "output"), ("ln_f", "output_norm"),
    ("final_layer_norm", "output_norm"), ("ln_1", "attn_norm"),
    ("input_layernorm", "attn_norm"), ("ln_2", "ffn_norm"), ("attn.c_attn", "attn_qkv"),
    ("attention.query_key_value", "attn_qkv"), ("attn.c_proj", "attn_output"),
    ("attention.dense", "attn_output"), ("mlp.c_fc", "ffn_up"), ("mlp.dense_h_to_4h", "ffn_up"),
    ("mlp.c_proj", "ffn_down"), ("mlp.dense_4h_to_h", "ffn_down"), ("h.", "blk."), ("layers.", "blk."),
  ]
}
