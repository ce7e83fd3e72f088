import Foundation
import LinearAlgebra

/// The parts of a Hugging Face `config.json` that a decoder-only transformer needs.
struct HuggingFaceConfiguration: Decodable {
  var modelType: String
  var hiddenSize: Int
  var layerCount: Int
  var headCount: Int
  var groupCount: Int?
  var headWidth: Int?
  var intermediateSize: Int
  var vocabularySize: Int
  var contextLength: Int?
  var normEpsilon: Double?
  var rotaryBase: Double?
  var rotaryScaling: Scaling?
  var rotaryParameters: Scaling?
  var activation: String?
  var slidingWindow: Int?

  struct Scaling: Decodable {
    var type: String?
    var oldType: String?
    var base: Double?
    var factor: Double?
    var low: Double?
    var high: Double?
    var original: Double?

    enum CodingKeys: String, CodingKey {
      case type = "rope_type"
      case oldType = "type"
      case base = "rope_theta"
      case factor
      case low = "low_freq_factor"
      case high = "high_freq_factor"
      case original = "original_max_position_embeddings"
    }
  }

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case hiddenSize = "hidden_size"
    case layerCount = "num_hidden_layers"
    case headCount = "num_attention_heads"
    case groupCount = "num_key_value_heads"
    case headWidth = "head_dim"
    case intermediateSize = "intermediate_size"
    case vocabularySize = "vocab_size"
    case contextLength = "max_position_embeddings"
    case normEpsilon = "rms_norm_eps"
    case rotaryBase = "rope_theta"
    case rotaryScaling = "rope_scaling"
    case rotaryParameters = "rope_parameters"
    case activation = "hidden_act"
    case slidingWindow = "sliding_window"
  }

  /// Reads a `config.json`.
  static func read(_ data: Data, path: String) throws(TransformerError) -> HuggingFaceConfiguration {
    do {
      return try JSONDecoder().decode(HuggingFaceConfiguration.self, from: data)
    } catch let DecodingError.keyNotFound(key, _) {
      throw .invalidConfiguration(path: path, problem: "it lacks '\(key.stringValue)'")
    } catch let DecodingError.typeMismatch(_, context) {
      throw .invalidConfiguration(path: path, problem: "\(named(context)) is of the wrong type")
    } catch let DecodingError.valueNotFound(_, context) {
      throw .invalidConfiguration(path: path, problem: "\(named(context)) has no value")
    } catch {
      let problem = "it is not valid JSON, or has a fraction or an immense number in place of a whole number"
      throw .invalidConfiguration(path: path, problem: problem)
    }
  }

  private static func named(_ context: DecodingError.Context) -> String {
    context.codingPath.isEmpty
      ? "the whole" : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
  }

  /// Returns the transformer that this configuration describes.
  func transformer(path: String) throws(TransformerError) -> TransformerConfiguration {
    let sizes = ModelSizes(
      layerCount: layerCount, dModel: hiddenSize, headCount: headCount, groupCount: groupCount ?? headCount,
      dHead: headWidth ?? (headCount > 0 ? hiddenSize / headCount : 0), dMLP: intermediateSize,
      dVocab: vocabularySize, contextLength: contextLength ?? 2048, window: slidingWindow,
      epsilon: Float(normEpsilon ?? 1e-6), rotaryBase: rotaryBase ?? rotaryParameters?.base ?? 10_000)
    try sizes.check(path: path)
    let rotary = try rotaryTable(sizes, path: path)
    return sizes.configuration(
      architecture: modelType, rotary: rotary, activation: try elementwise(path: path))
  }

  private func rotaryTable(_ sizes: ModelSizes, path: String) throws(TransformerError) -> RotaryTable {
    let parameters = rotaryParameters ?? rotaryScaling
    let (base, width) = (sizes.rotaryBase, sizes.dHead)
    switch parameters?.type ?? parameters?.oldType ?? "default" {
    case "default": return RotaryTable(base: base, width: width)
    case "llama3":
      guard let factor = parameters?.factor, let low = parameters?.low, let high = parameters?.high,
        let original = parameters?.original, factor > 0, high > low, original > 0
      else { throw .invalidConfiguration(path: path, problem: "its rope_scaling lacks a factor") }
      let scaling = RotaryScaling(
        factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContextLength: original)
      return RotaryTable(base: base, width: width, scaling: scaling)
    case let other: throw .unsupported(path: path, feature: "rotary scaling of type '\(other)'")
    }
  }

  private func elementwise(path: String) throws(TransformerError) -> ElementwiseActivation {
    switch activation ?? "silu" {
    case "silu", "swish": return .silu
    case "gelu_pytorch_tanh", "gelu_new", "gelu_fast": return .geluTanh
    case "gelu": return .gelu
    case "relu": return .relu
    case let other: throw .unsupported(path: path, feature: "the activation function '\(other)'")
    }
  }
}
