import Foundation

/// The parts of a Hugging Face `config.json` that a decoder-only transformer needs; what is absent is nil.
struct HuggingFaceConfiguration: Sendable {
  var modelType: String?
  var hiddenSize: Int?
  var layerCount: Int?
  var headCount: Int?
  var groupCount: Int?
  var headWidth: Int?
  var intermediateSize: Int?
  var vocabularySize: Int?
  var contextLength: Int?
  var normEpsilon: Double?
  var activation: String?
  var rotaryBase: Double?
  var localRotaryBase: Double?
  /// The share of a head that is rotated.
  var rotatedShare: Double?
  var rotaryScaling: RotaryParameters?
  /// For each layer 1 where it is rotated, else 0.
  var rotatedLayers: [Int]?
  var unrotatedPeriod: Int?
  var slidingWindow: Int?
  var usesSlidingWindow: Bool?
  /// The first layer with a window.
  var firstSlidingLayer: Int?
  /// Every how many layers one sees all positions.
  var fullPeriod: Int?
  var layerTypes: [String]?
  /// Scores are divided by its root.
  var queryScalar: Double?
  var scalesScores: Bool?
  var dividesScoresByLayer: Bool?
  /// 0 for no cap.
  var attentionSoftCap: Double?
  /// 0 for no cap.
  var logitSoftCap: Double?
  var hasParallelResidual: Bool?
  var isTied: Bool?
  var expertCount: Int?
  /// How the weights are quantised.
  var quantization: String?

  /// Starts with nothing said.
  init(_ say: (inout HuggingFaceConfiguration) -> Void = { _ in }) { say(&self) }

  /// Reads a `config.json`.
  static func read(_ data: Data, path: String) throws(TransformerError) -> HuggingFaceConfiguration {
    do {
      return try JSONDecoder().decode(HuggingFaceConfiguration.self, from: data)
    } catch let DecodingError.typeMismatch(_, context) {
      throw .invalidConfiguration(path: path, problem: "\(named(context)) is of the wrong type")
    } catch {
      let problem = "it is not valid JSON, or has a fraction or an immense number in place of a whole number"
      throw .invalidConfiguration(path: path, problem: problem)
    }
  }

  private static func named(_ context: DecodingError.Context) -> String {
    context.codingPath.isEmpty
      ? "the whole" : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
  }
}

extension HuggingFaceConfiguration: Decodable {
  /// Reads the text model's part: the whole, or what stands under `text_config` in a model that also sees images.
  init(from decoder: any Decoder) throws {
    let whole = try decoder.container(keyedBy: JSONKey.self)
    let nested: Nothing? = try whole.value("text_config")
    let text = nested != nil ? try whole.nestedContainer(keyedBy: JSONKey.self, forKey: "text_config") : whole
    try readSizes(text)
    try readPositions(text)
    try readWindows(text)
    modelType = try text.value("model_type") ?? whole.value("model_type")
    activation = try text.value("hidden_act", "hidden_activation", "activation_function")
    queryScalar = try text.value("query_pre_attn_scalar")
    scalesScores = try text.value("scale_attn_weights")
    dividesScoresByLayer = try text.value("scale_attn_by_inverse_layer_idx")
    attentionSoftCap = try text.cap("attn_logit_softcapping")
    logitSoftCap = try text.cap("final_logit_softcapping")
    hasParallelResidual = try text.value("use_parallel_residual")
    isTied = try text.value("tie_word_embeddings")
    expertCount = try text.value("num_local_experts", "num_experts", "n_routed_experts")
    let quantizer: Quantizer? = try text.value("quantization_config") ?? whole.value("quantization_config")
    quantization = quantizer?.quant_method
  }

  private mutating func readSizes(_ text: KeyedDecodingContainer<JSONKey>) throws {
    hiddenSize = try text.value("hidden_size", "n_embd")
    layerCount = try text.value("num_hidden_layers", "n_layer")
    headCount = try text.value("num_attention_heads", "n_head")
    groupCount = try text.value("num_key_value_heads")
    headWidth = try text.value("head_dim")
    intermediateSize = try text.value("intermediate_size", "n_inner")
    vocabularySize = try text.value("vocab_size")
    contextLength = try text.value("max_position_embeddings", "n_positions")
    normEpsilon = try text.value("rms_norm_eps", "layer_norm_epsilon", "layer_norm_eps")
  }

  private mutating func readPositions(_ text: KeyedDecodingContainer<JSONKey>) throws {
    rotaryScaling = try text.value("rope_parameters", "rope_scaling")
    rotaryBase = try text.value("rope_theta", "rotary_emb_base") ?? rotaryScaling?.base
    localRotaryBase = try text.value("rope_local_base_freq") ?? rotaryScaling?.localBase
    rotatedShare = try text.value("rotary_pct", "partial_rotary_factor") ?? rotaryScaling?.rotatedShare
    rotatedLayers = try text.value("no_rope_layers")
    unrotatedPeriod = try text.value("no_rope_layer_interval")
  }

  private mutating func readWindows(_ text: KeyedDecodingContainer<JSONKey>) throws {
    slidingWindow = try text.value("sliding_window")
    usesSlidingWindow = try text.value("use_sliding_window")
    firstSlidingLayer = try text.value("max_window_layers")
    fullPeriod = try text.value("sliding_window_pattern", "_sliding_window_pattern")
    layerTypes = try text.value("layer_types")
  }

  /// Any JSON object.
  private struct Nothing: Decodable {
    init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: JSONKey.self) }
  }

  private struct Quantizer: Decodable {
    var quant_method: String?
  }
}

/// `rope_scaling`, or `rope_parameters`, whose values may stand apart for layers with and without a window.
struct RotaryParameters: Sendable, Decodable {
  var type: String
  var base: Double?
  var localBase: Double?
  var rotatedShare: Double?
  var factor: Double?
  var low: Double?
  var high: Double?
  var original: Double?

  init(from decoder: any Decoder) throws {
    let whole = try decoder.container(keyedBy: JSONKey.self)
    let isNested = whole.contains("full_attention")
    let full = isNested ? try whole.nestedContainer(keyedBy: JSONKey.self, forKey: "full_attention") : whole
    if whole.contains("sliding_attention") {
      let local = try whole.nestedContainer(keyedBy: JSONKey.self, forKey: "sliding_attention")
      localBase = try local.value("rope_theta")
    }
    type = try full.value("rope_type", "type") ?? "default"
    base = try full.value("rope_theta")
    rotatedShare = try full.value("partial_rotary_factor")
    factor = try full.value("factor")
    low = try full.value("low_freq_factor")
    high = try full.value("high_freq_factor")
    original = try full.value("original_max_position_embeddings")
  }
}

/// A key of a JSON object.
private struct JSONKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringLiteral value: String) { stringValue = value }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<JSONKey> {
  /// Returns the value of the first of some names that is there and not null.
  fileprivate func value<Value: Decodable>(_ names: JSONKey...) throws -> Value? {
    for name in names {
      if let value = try decodeIfPresent(Value.self, forKey: name) { return value }
    }
    return nil
  }

  /// Returns a cap; 0 where the file writes null.
  fileprivate func cap(_ name: JSONKey) throws -> Double? {
    contains(name) ? try value(name) ?? 0 : nil
  }
}
