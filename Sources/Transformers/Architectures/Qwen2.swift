extension Architecture {
  /// Qwen 2 and 2.5: Llama's form, with biases on queries, keys and values.
  static let qwen2 = Architecture(
    names: ["qwen2"], huggingFace: .huggingFaceLlama, gguf: .ggufLlama,
    defaults: HuggingFaceConfiguration { $0.firstSlidingLayer = 28 }, windowIsOptIn: true)
}
