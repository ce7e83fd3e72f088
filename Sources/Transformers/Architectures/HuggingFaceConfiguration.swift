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
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .invalidConfiguration(path: path, problem: "'\(key)' is of the wrong type")
    } catch {
      throw .invalidConfiguration(path: path, problem: "it is not valid JSON")
    }
  }

  /// Returns the transformer that this configuration describes.
  func transformer(path: String) throws(TransformerError) -> TransformerConfiguration {
    let sizes = ModelSizes(
      layerCount: layerCount, dModel: hiddenSize, headCount: headCount, groupCount: groupCount ?? headCount,
      dHead: headWidth ?? (headCount > 0 ? hiddenSize / headCount : 0), dMLP: intermediateSize,
      dVocab: vocabularySize, contextLength: contextLength ?? 2048)
    try sizes.check(path: path)
    if let slidingWindow, slidingWindow < 1 {
      throw .invalidConfiguration(path: path, problem: "its sliding_window is \(slidingWindow)")
    }
    let rotary = try rotaryTable(width: sizes.dHead, path: path)
    return sizes.configuration(
      architecture: modelType, epsilon: Float(normEpsilon ?? 1e-6), rotary: rotary,
      activation: try elementwise(path: path), window: slidingWindow)
  }

  private func rotaryTable(width: Int, path: String) throws(TransformerError) -> RotaryTable {
    let parameters = rotaryParameters ?? rotaryScaling
    let base = rotaryBase ?? rotaryParameters?.base ?? 10_000
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
