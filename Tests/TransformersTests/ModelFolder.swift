import Foundation
import LinearAlgebra
import ModelFiles
import Transformers
import _TestSupport

/// A Hugging Face folder made for a test: a configuration as pieces of JSON, and tensors by name.
struct ModelFolder {
  /// The values of `config.json`, each as JSON.
  var configuration: [String: String]
  /// The whole of `config.json`, where it is not made from `configuration`.
  var text: String?
  /// The tensors of `model.safetensors`; nil for no such file.
  var tensors: [String: Matrix]?

  /// The folder of the model that a recipe makes; only what Llama's format can hold.
  init(_ recipe: TinyTransformer, seed: UInt64 = 1) {
    let llama3 =
      #"{"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "#
      + #""original_max_position_embeddings": 16}"#
    configuration = [
      "model_type": "\"\(recipe.architecture)\"", "hidden_size": "\(recipe.dModel)",
      "num_hidden_layers": "\(recipe.layerCount)",
      "num_attention_heads": "\(recipe.headCount)", "num_key_value_heads": "\(recipe.groupCount)",
      "head_dim": "\(recipe.dHead)", "intermediate_size": "\(recipe.dMLP)", "vocab_size": "\(recipe.dVocab)",
      "max_position_embeddings": "\(recipe.contextLength)", "rms_norm_eps": "1e-5", "rope_theta": "10000.0",
      "no_rope_layer_interval": recipe.unrotatedPeriod.map { "\($0)" } ?? "null", "hidden_act": #""silu""#,
      "rope_scaling": recipe.positions == .rotaryLlama3 ? llama3 : "null",
    ]
    tensors = ModelFolder.tensors(recipe.transformer(seed: seed).weights, isTied: recipe.isTied)
  }

  private static func tensors(_ weights: TransformerWeights, isTied: Bool) -> [String: Matrix] {
    var tensors = ["model.embed_tokens.weight": weights.embedding.widened()]
    if !isTied { add(weights.unembedding, "lm_head", &tensors) }
    add(weights.finalNorm, "model.norm", &tensors)
    for (layer, block) in weights.blocks.enumerated() {
      let prefix = "model.layers.\(layer)."
      add(block.attentionNorm, prefix + "input_layernorm", &tensors)
      add(block.mlpNorm, prefix + "post_attention_layernorm", &tensors)
      add(block.queryNorm, prefix + "self_attn.q_norm", &tensors)
      add(block.keyNorm, prefix + "self_attn.k_norm", &tensors)
      add(block.query, prefix + "self_attn.q_proj", &tensors)
      add(block.key, prefix + "self_attn.k_proj", &tensors)
      add(block.value, prefix + "self_attn.v_proj", &tensors)
      add(block.output, prefix + "self_attn.o_proj", &tensors)
      add(block.gate, prefix + "mlp.gate_proj", &tensors)
      add(block.up, prefix + "mlp.up_proj", &tensors)
      add(block.down, prefix + "mlp.down_proj", &tensors)
    }
    return tensors
  }

  private static func add(_ map: Linear?, _ name: String, _ tensors: inout [String: Matrix]) {
    guard let map else { return }
    tensors[name + ".weight"] = map.weight.widened()
    if let bias = map.bias { tensors[name + ".bias"] = Matrix(rows: 1, columns: bias.count, storage: bias) }
  }

  private static func add(_ norm: NormWeights?, _ name: String, _ tensors: inout [String: Matrix]) {
    guard let norm else { return }
    tensors[name + ".weight"] = Matrix(rows: 1, columns: norm.weight.count, storage: norm.weight)
  }

  /// Writes the folder, calls `body` with its path, and removes it.
  func with<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appending(path: "transformers-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let pairs = configuration.map { "\"\($0.key)\": \($0.value)" }
    let json = text ?? "{\(pairs.joined(separator: ", "))}"
    try Data(json.utf8).write(to: URL(filePath: path + "/config.json"))
    if let tensors { try write(tensors, to: path + "/model.safetensors") }
    return try body(path)
  }

  private func write(_ tensors: [String: Matrix], to path: String) throws {
    let isVector = { (name: String) in name.hasSuffix("norm.weight") || name.hasSuffix(".bias") }
    var writer = try SafetensorsWriter(
      path: path,
      declaring: tensors.map { name, matrix in
        .init(name, .float(.f32), isVector(name) ? [matrix.columns] : [matrix.rows, matrix.columns])
      })
    for (name, matrix) in tensors { try writer.append(floats: matrix.storage, to: name) }
    try writer.finish()
  }
}
