import LinearAlgebra
import ModelFiles

/// Reads a transformer's sizes and options from the metadata of a GGUF file.
struct GGUFConfiguration {
  let file: GGUFFile
  let path: String
  let architecture: Architecture
  /// The prefix of the architecture's keys.
  let name: String

  /// Returns the transformer that the metadata describes.
  func transformer() throws -> TransformerConfiguration {
    let form = try form()
    try form.check(path: path)
    return form.configuration(
      name: name, slides: try slides(form),
      rotates: form.rotates(unrotatedPeriod: architecture.unrotatedPeriod))
  }

  /// Whether each layer has the window: as the file says, layer by layer or by a period, else as the architecture has it.
  private func slides(_ form: ModelForm) throws -> [Bool] {
    let key = key("attention.sliding_window_pattern")
    switch file.metadata[key] {
    case nil: return form.slides(fullPeriod: architecture.fullPeriod)
    case .bools(let slides)? where slides.count == form.layerCount:
      return slides.map { $0 && form.window != nil }
    case .integer(let period)? where period > 0: return form.slides(fullPeriod: period)
    default:
      throw TransformerError.invalidConfiguration(
        path: path, problem: "'\(key)' is neither a period nor a list of \(form.layerCount) layers")
    }
  }

  private func form() throws -> ModelForm {
    let (headCount, dModel) = try (integer("attention.head_count"), integer("embedding_length"))
    let embedding = try file.tensor(architecture.gguf.embedding)
    let dHead = try integer("attention.key_length", or: headCount > 0 ? dModel / headCount : 0)
    let rotated = try integer("rope.dimension_count", or: dHead)
    let layerCount = try integer("block_count")
    if try integer("expert_count", or: 0) > 1 {
      throw TransformerError.unsupported(
        path: path, feature: "a mixture of experts (models with one MLP in a block are supported)")
    }
    let isWide = layerCount == architecture.ggufWideScaleLayerCount && headCount > 0
    return ModelForm(
      architecture: architecture, layerCount: layerCount, dModel: dModel, headCount: headCount,
      groupCount: try integer("attention.head_count_kv", or: headCount), dHead: dHead,
      dMLP: try integer("feed_forward_length"), dVocab: embedding.shape.first ?? 0,
      contextLength: try integer("context_length"), window: try window(), epsilon: try epsilon(),
      rotatedWidth: architecture.rotates ? rotated : dHead, rotaryBase: try float("rope.freq_base") ?? 10_000,
      localRotaryBase: try architecture.localRotaryBase.map { try float("rope.freq_base_swa") ?? $0 },
      rotaryScaling: try scaling(rotated), queryScalar: isWide ? Double(dModel / headCount) : nil,
      attentionSoftCap: try float("attn_logit_softcapping"),
      logitSoftCap: try float("final_logit_softcapping"), activation: architecture.activation,
      hasParallelResidual: try file.metadata[key("use_parallel_residual")] == nil
        ? architecture.defaults.hasParallelResidual ?? false : file.bool(key("use_parallel_residual")))
  }

  /// How many positions a query sees; the format also writes 0 for all.
  private func window() throws -> Int? {
    let window = try integer("attention.sliding_window", or: 0)
    return window == 0 ? nil : window
  }

  private func epsilon() throws -> Float {
    try file.float(key("attention.layer_norm_\(architecture.centresNorms ? "" : "rms_")epsilon"))
  }

  private func scaling(_ rotated: Int) throws -> RotaryScaling {
    if let name = architecture.gguf.rotaryFactors, file.contains(name) {
      return .divisors(try file.tensor(name, shape: [rotated / 2]).floats())
    }
    let type =
      file.metadata[key("rope.scaling.type")] == nil ? "none" : try file.string(key("rope.scaling.type"))
    switch type {
    case "none": return .none
    case "linear":
      let factor = try float("rope.scaling.factor") ?? 1
      guard factor > 0, factor.isFinite else {
        throw TransformerError.invalidConfiguration(
          path: path, problem: "\(factor) is no possible value for the rotary scaling's factor")
      }
      return .linear(factor: factor)
    case let other:
      throw TransformerError.unsupported(
        path: path, feature: "rotary scaling of type '\(other)' (none, linear and factors are supported)")
    }
  }

  private func key(_ name: String) -> String { "\(self.name).\(name)" }

  private func integer(_ name: String) throws -> Int { try file.integer(key(name)) }

  private func integer(_ name: String, or otherwise: Int) throws -> Int {
    file.metadata[key(name)] == nil ? otherwise : try file.integer(key(name))
  }

  private func float(_ name: String) throws -> Double? {
    file.metadata[key(name)] == nil ? nil : Double(try file.float(key(name)))
  }
}
