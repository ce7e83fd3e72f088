import Foundation
import LinearAlgebra
import ModelFiles
import _TestSupport

/// The small Llama of the goldens as a GGUF file.
struct TinyGGUF {
  /// The whole file.
  private(set) var bytes = Data("GGUF".utf8)
  /// Where the data of the tensors starts.
  private(set) var dataStart = 0
  private let heads = 6
  private let groups = 2

  private struct Vocabulary: Decodable {
    struct Model: Decodable {
      var vocab: [String: Int]
      var merges: [[String]]
    }

    var model: Model
  }

  init() throws {
    let weights = try SafetensorsFile(path: Golden.path("tiny/llama/model/model.safetensors"))
    let names = weights.tensorNames.sorted()
    let vocabulary = try JSONDecoder().decode(
      Vocabulary.self, from: Golden.data("tiny/llama/model/tokenizer.json"))
    append(UInt32(3))
    append(UInt64(names.count))
    append(UInt64(16))
    writeSizes()
    writeVocabulary(vocabulary)
    var offset = 0
    for name in names {
      let shape = try weights.tensor(name).shape
      text(Self.ggufName(name))
      append(UInt32(shape.count))
      for length in shape.reversed() { append(UInt64(length)) }
      append(UInt32(0))
      append(UInt64(offset))
      offset += Self.padded(shape.reduce(4, *))
    }
    bytes.count = Self.padded(bytes.count)
    dataStart = bytes.count
    for name in names {
      for number in try floats(weights.tensor(name), name) { append(number.bitPattern) }
      bytes.count = dataStart + Self.padded(bytes.count - dataStart)
    }
  }

  private mutating func writeSizes() {
    entry("general.architecture", "llama")
    for (key, value) in [
      ("block_count", 4), ("embedding_length", 48), ("attention.head_count", heads),
      ("attention.head_count_kv", groups), ("attention.key_length", 8), ("feed_forward_length", 96),
      ("context_length", 64), ("rope.dimension_count", 8),
    ] {
      text("llama." + key)
      append(UInt32(4))
      append(UInt32(value))
    }
    text("llama.attention.layer_norm_rms_epsilon")
    append(UInt32(6))
    append(Float(1e-5).bitPattern)
  }

  private mutating func writeVocabulary(_ vocabulary: Vocabulary) {
    entry("tokenizer.ggml.model", "gpt2")
    entry("tokenizer.ggml.pre", "gpt-2")
    let pieces = vocabulary.model.vocab.sorted { $0.value < $1.value }.map(\.key)
    list("tokenizer.ggml.tokens", 8, pieces.count)
    for piece in pieces { text(piece) }
    list("tokenizer.ggml.merges", 8, vocabulary.model.merges.count)
    for merge in vocabulary.model.merges { text(merge.joined(separator: " ")) }
    list("tokenizer.ggml.token_type", 5, pieces.count)
    for id in pieces.indices { append(Int32(id < 3 ? 3 : 1)) }
    text("tokenizer.ggml.bos_token_id")
    append(UInt32(4))
    append(UInt32(1))
  }

  /// The numbers of a tensor; in GGUF the rotated pairs of queries and keys stand side by side.
  private func floats(_ tensor: StoredTensor, _ name: String) throws -> [Float] {
    let values = try tensor.floats()
    guard name.hasSuffix("q_proj.weight") || name.hasSuffix("k_proj.weight") else { return values }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    return (0..<rows).flatMap { row in
      let (head, place) = row.quotientAndRemainder(dividingBy: 8)
      let source = head * 8 + place / 2 + place % 2 * 4
      return values[source * columns..<(source + 1) * columns]
    }
  }

  private static func ggufName(_ name: String) -> String {
    let parts = [
      ("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("model.layers", "blk"),
      ("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm"),
      ("self_attn.q_proj", "attn_q"),
      ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"),
      ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
    ]
    return parts.reduce(name) { $0.replacing($1.0, with: $1.1) }
  }

  private static func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }

  private mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func text(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func entry(_ key: String, _ value: String) {
    text(key)
    append(UInt32(8))
    text(value)
  }

  private mutating func list(_ key: String, _ type: UInt32, _ count: Int) {
    text(key)
    append(UInt32(9))
    append(type)
    append(UInt64(count))
  }
}
