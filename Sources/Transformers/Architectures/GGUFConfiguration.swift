import LinearAlgebra
import ModelFiles

/// Reads a transformer's sizes and options from the metadata of a GGUF file.
struct GGUFConfiguration {
  let file: GGUFFile
  let path: String
  /// The prefix of the architecture's keys.
  let architecture: String

  /// Returns the transformer that the metadata describes.
  func transformer() throws -> TransformerConfiguration {
    let headCount = try integer("attention.head_count")
    let dModel = try integer("embedding_length")
    let embedding = try file.tensor(TensorNames.ggufLlama.embedding)
    let dHead = try integer("attention.key_length", or: headCount > 0 ? dModel / headCount : 0)
    let sizes = ModelSizes(
      layerCount: try integer("block_count"), dModel: dModel, headCount: headCount,
      groupCount: try integer("attention.head_count_kv", or: headCount), dHead: dHead,
      dMLP: try integer("feed_forward_length"), dVocab: embedding.shape.first ?? 0,
      contextLength: try integer("context_length"), window: try window(),
      epsilon: try file.float(key("attention.layer_norm_rms_epsilon")), rotaryBase: try rotaryBase())
    try sizes.check(path: path)
    return sizes.configuration(
      architecture: architecture, rotary: try rotaryTable(sizes), activation: .silu)
  }

  /// How many positions a query sees; the format also writes 0 for all.
  private func window() throws -> Int? {
    let window = try integer("attention.sliding_window", or: 0)
    return window == 0 ? nil : window
  }

  private func rotaryBase() throws -> Double {
    file.metadata[key("rope.freq_base")] == nil ? 10_000 : Double(try file.float(key("rope.freq_base")))
  }

  private func rotaryTable(_ sizes: ModelSizes) throws -> RotaryTable {
    let (base, width) = (sizes.rotaryBase, sizes.dHead)
    let rotated = try integer("rope.dimension_count", or: width)
    guard rotated == width else {
      throw TransformerError.unsupported(
        path: path, feature: "rotary embedding of \(rotated) of a head's \(width) numbers")
    }
    guard let name = TensorNames.ggufLlama.rotaryFactors, file.contains(name) else {
      return RotaryTable(base: base, width: width)
    }
    return RotaryTable(base: base, width: width, divisors: try file.tensor(name, shape: [width / 2]).floats())
  }

  private func key(_ name: String) -> String { "\(architecture).\(name)" }

  private func integer(_ name: String) throws -> Int { try file.integer(key(name)) }

  private func integer(_ name: String, or otherwise: Int) throws -> Int {
    file.metadata[key(name)] == nil ? otherwise : try file.integer(key(name))
  }
}
