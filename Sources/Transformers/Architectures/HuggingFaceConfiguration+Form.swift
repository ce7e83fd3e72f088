import LinearAlgebra

extension HuggingFaceConfiguration {
  /// Returns the transformer that this configuration describes; what it leaves out is the architecture's default.
  func transformer(_ architecture: Architecture, path: String) throws(TransformerError)
    -> TransformerConfiguration
  {
    let form = try form(architecture, path: path)
    try form.check(path: path)
    return form.configuration(
      name: modelType ?? "", slides: try slides(form, path: path), rotates: try rotates(form, path: path))
  }

  /// Refuses weights of a kind that is not read.
  func checkWeights(path: String) throws(TransformerError) {
    if let quantization {
      throw .unsupported(
        path: path,
        feature:
          "weights quantised by '\(quantization)' (float32, bfloat16, float16 and GGUF files are supported)")
    }
    if let expertCount, expertCount > 1 {
      throw .unsupported(
        path: path,
        feature: "a mixture of \(expertCount) experts (models with one MLP in a block are supported)")
    }
  }

  private func form(_ architecture: Architecture, path: String) throws(TransformerError) -> ModelForm {
    let defaults = architecture.defaults
    let (dModel, headCount) = try (
      required(hiddenSize, "hidden_size", path),
      required(headCount ?? defaults.headCount, "num_attention_heads", path)
    )
    let dHead = headWidth ?? defaults.headWidth ?? (headCount > 0 ? dModel / headCount : 0)
    return ModelForm(
      architecture: architecture, layerCount: try required(layerCount, "num_hidden_layers", path),
      dModel: dModel, headCount: headCount, groupCount: groupCount ?? defaults.groupCount ?? headCount,
      dHead: dHead, dMLP: try widthOfMLP(architecture, dModel, path),
      dVocab: try required(vocabularySize ?? defaults.vocabularySize, "vocab_size", path),
      contextLength: contextLength ?? defaults.contextLength ?? 2048,
      window: slidingWindow ?? defaults.slidingWindow,
      epsilon: Float(normEpsilon ?? defaults.normEpsilon ?? 1e-6),
      rotatedWidth: try rotatedWidth(dHead, defaults, path),
      rotaryBase: rotaryBase ?? defaults.rotaryBase ?? 10_000,
      localRotaryBase: architecture.localRotaryBase.map { localRotaryBase ?? $0 },
      rotaryScaling: try scaling(path: path),
      queryScalar: scalesScores == false ? 1 : queryScalar ?? defaults.queryScalar,
      attentionSoftCap: cap(attentionSoftCap, or: defaults.attentionSoftCap),
      logitSoftCap: cap(logitSoftCap, or: defaults.logitSoftCap),
      activation: try elementwise(architecture, path: path),
      hasParallelResidual: hasParallelResidual ?? defaults.hasParallelResidual ?? false,
      dividesScoresByLayer: dividesScoresByLayer ?? false)
  }

  private func required<Value>(_ value: Value?, _ name: String, _ path: String) throws(TransformerError)
    -> Value
  {
    guard let value else { throw .invalidConfiguration(path: path, problem: "it lacks '\(name)'") }
    return value
  }

  /// Four times the model's width where a model without gates is silent, as GPT-2 is.
  private func widthOfMLP(_ architecture: Architecture, _ dModel: Int, _ path: String)
    throws(TransformerError)
    -> Int
  {
    guard intermediateSize == nil, architecture.huggingFace.gate == nil else {
      return try required(intermediateSize, "intermediate_size", path)
    }
    return dModel.multipliedReportingOverflow(by: 4).partialValue
  }

  /// A cap: the file's, which writes null (here 0) for none, or the architecture's.
  private func cap(_ value: Double?, or standard: Double?) -> Double? {
    let cap = value ?? standard
    return cap == 0 ? nil : cap
  }

  private func rotatedWidth(_ dHead: Int, _ defaults: HuggingFaceConfiguration, _ path: String)
    throws(TransformerError) -> Int
  {
    let share = rotatedShare ?? defaults.rotatedShare ?? 1
    guard share >= 0, share <= 1 else {
      throw .invalidConfiguration(path: path, problem: "\(share) of a head cannot be rotated")
    }
    return Int(exactly: (Double(dHead) * share).rounded(.down)) ?? 0
  }

  private func scaling(path: String) throws(TransformerError) -> RotaryScaling {
    guard let parameters = rotaryScaling else { return .none }
    let lacking = TransformerError.invalidConfiguration(
      path: path, problem: "its rope_scaling lacks a factor")
    switch parameters.type {
    case "default": return .none
    case "linear":
      guard let factor = parameters.factor, factor > 0, factor.isFinite else { throw lacking }
      return .linear(factor: factor)
    case "llama3":
      guard let factor = parameters.factor, let low = parameters.low, let high = parameters.high,
        let original = parameters.original, factor > 0, high > low, original > 0
      else { throw lacking }
      return .llama3(
        .init(
          factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContextLength: original)
      )
    case let other:
      throw .unsupported(
        path: path, feature: "rotary scaling of type '\(other)' (default, linear and llama3 are supported)")
    }
  }

  private func elementwise(_ architecture: Architecture, path: String) throws(TransformerError)
    -> ElementwiseActivation
  {
    switch activation {
    case nil: return architecture.activation
    case "silu", "swish": return .silu
    case "gelu_pytorch_tanh", "gelu_new", "gelu_fast": return .geluTanh
    case "gelu": return .gelu
    case "relu": return .relu
    case let other?:
      throw .unsupported(
        path: path,
        feature: "the activation function '\(other)' (silu, relu, gelu and its tanh forms are supported)")
    }
  }

  /// Whether each layer has the window.
  private func slides(_ form: ModelForm, path: String) throws(TransformerError) -> [Bool] {
    let architecture = form.architecture
    if architecture.windowIsOptIn, usesSlidingWindow != true { return form.slides(fullPeriod: 1) }
    if let layerTypes { return try slides(layerTypes, form, path: path) }
    if let first = firstSlidingLayer ?? architecture.defaults.firstSlidingLayer {
      return (0..<form.layerCount).map { form.window != nil && $0 >= first }
    }
    let period = fullPeriod ?? architecture.fullPeriod
    if let period, period < 1 {
      throw .invalidConfiguration(
        path: path, problem: "\(period) is no possible value for 'sliding_window_pattern'")
    }
    return form.slides(fullPeriod: period)
  }

  private func slides(_ types: [String], _ form: ModelForm, path: String) throws(TransformerError) -> [Bool] {
    guard types.count == form.layerCount else {
      let problem = "it has \(types.count) layer_types for \(form.layerCount) layers"
      throw .invalidConfiguration(path: path, problem: problem)
    }
    let known = ["full_attention", "sliding_attention"]
    if let other = types.first(where: { !known.contains($0) }) {
      throw .unsupported(
        path: path, feature: "a layer of type '\(other)' (\(known.joined(separator: " and ")) are supported)")
    }
    return types.map { form.window != nil && $0 == "sliding_attention" }
  }

  /// Whether each layer is rotated.
  private func rotates(_ form: ModelForm, path: String) throws(TransformerError) -> [Bool] {
    guard let standard = form.architecture.unrotatedPeriod else { return form.rotates(unrotatedPeriod: nil) }
    if let rotatedLayers {
      guard rotatedLayers.count == form.layerCount else {
        let problem = "it has \(rotatedLayers.count) no_rope_layers for \(form.layerCount) layers"
        throw .invalidConfiguration(path: path, problem: problem)
      }
      return rotatedLayers.map { $0 != 0 }
    }
    let period = unrotatedPeriod ?? standard
    guard period > 0 else {
      throw .invalidConfiguration(
        path: path, problem: "\(period) is no possible value for 'no_rope_layer_interval'")
    }
    return form.rotates(unrotatedPeriod: period)
  }
}
