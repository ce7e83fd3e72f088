import Foundation
import LinearAlgebra
import Transformers
import _TestSupport

/// A GGUF file made for a test: metadata and float tensors.
struct GGUFModel {
  /// The architecture.
  var architecture = "llama"
  /// Whole numbers, by key without the architecture.
  var integers: [String: Int]
  /// Floats, by key without the architecture.
  var floats: [String: Float]
  /// Lists of flags, by key without the architecture.
  var flags: [String: [Bool]] = [:]
  /// Flags, by key without the architecture.
  var switches: [String: Bool] = [:]
  /// Texts, by key without the architecture.
  var texts: [String: String] = [:]
  /// The tensors.
  var tensors: [String: Matrix]

  /// A file of these tensors, in which nothing is said yet.
  init(architecture: String, tensors: [String: Matrix]) {
    self.architecture = architecture
    self.tensors = tensors
    integers = [:]
    floats = [:]
  }

  /// The file of the model that a recipe makes; only what Llama's format can hold.
  init(_ recipe: TinyTransformer, seed: UInt64 = 1) {
    integers = [
      "embedding_length": recipe.dModel, "block_count": recipe.layerCount,
      "attention.head_count": recipe.headCount,
      "attention.head_count_kv": recipe.groupCount, "attention.key_length": recipe.dHead,
      "feed_forward_length": recipe.dMLP, "context_length": recipe.contextLength,
      "rope.dimension_count": recipe.dHead,
    ]
    floats = ["attention.layer_norm_rms_epsilon": 1e-5, "rope.freq_base": 10_000]
    tensors = [:]
    for (name, matrix) in ModelFolder(recipe, seed: seed).tensors ?? [:] {
      let name = GGUFModel.names.reduce(name) { $0.replacing($1.0, with: $1.1) }
      let isRotated = ["attn_q.", "attn_k."].contains { name.contains($0) }
      tensors[name] = isRotated ? GGUFModel.interleaved(matrix, dHead: recipe.dHead, name) : matrix
    }
  }

  private static let names = [
    ("model.embed_tokens", "token_embd"), ("lm_head", "output"), ("model.norm", "output_norm"),
    ("model.layers", "blk"), ("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm"),
    ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
  ]

  /// Puts the two numbers of each rotated pair, half a head apart, side by side.
  static func interleaved(_ matrix: Matrix, dHead: Int, _ name: String) -> Matrix {
    let rows = name.hasSuffix(".bias") ? matrix.transposed() : matrix
    let order = (0..<rows.rows).map { row in
      row / dHead * dHead + row % dHead / 2 + (row % 2 == 0 ? 0 : dHead / 2)
    }
    let moved = rows.picking(rows: order)
    return name.hasSuffix(".bias") ? moved.transposed() : moved
  }

  /// The whole file: header, metadata, tensor table, and the numbers aligned to 32 bytes.
  var bytes: [UInt8] {
    var bytes = Array("GGUF".utf8) + little(3, 4) + little(tensors.count, 8)
    bytes += little(1 + integers.count + floats.count + flags.count + switches.count + texts.count, 8)
    bytes += text("general.architecture") + little(8, 4) + text(architecture)
    for (key, value) in integers { bytes += text("\(architecture).\(key)") + little(5, 4) + little(value, 4) }
    for (key, value) in floats {
      bytes += text("\(architecture).\(key)") + little(6, 4) + little(Int(value.bitPattern), 4)
    }
    for (key, values) in flags {
      bytes += text("\(architecture).\(key)") + little(9, 4) + little(7, 4) + little(values.count, 8)
      bytes += values.map { $0 ? 1 : 0 }
    }
    for (key, value) in switches { bytes += text("\(architecture).\(key)") + little(7, 4) + [value ? 1 : 0] }
    for (key, value) in texts { bytes += text("\(architecture).\(key)") + little(8, 4) + text(value) }
    var data: [UInt8] = []
    for (name, matrix) in tensors {
      let isVector = name.hasSuffix("norm.weight") || name.hasSuffix(".bias")
      let shape = isVector ? [matrix.columns] : [matrix.columns, matrix.rows]
      bytes += text(name) + little(shape.count, 4) + shape.flatMap { little($0, 8) }
      bytes += little(0, 4) + little(data.count, 8)
      data += matrix.storage.flatMap { little(Int($0.bitPattern), 4) }
      data += Array(repeating: 0, count: (32 - data.count % 32) % 32)
    }
    return bytes + Array(repeating: 0, count: (32 - bytes.count % 32) % 32) + data
  }

  private func text(_ text: String) -> [UInt8] { little(text.utf8.count, 8) + Array(text.utf8) }

  private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Writes the file, calls `body` with its path, and removes it.
  func with<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appending(
      path: "transformers-\(UUID().uuidString).gguf"
    ).path
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }
}
