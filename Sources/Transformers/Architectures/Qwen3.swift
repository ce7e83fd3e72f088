extension Architecture {
  /// Qwen 3: Llama's form, with a norm on each head's query and key.
  static let qwen3 = Architecture(
    names: ["qwen3"], huggingFace: .huggingFaceLlama.withHeadNorms, gguf: .ggufLlama.withHeadNorms,
    defaults: HuggingFaceConfiguration {
      $0.headWidth = 128
      $0.firstSlidingLayer = 28
    }, windowIsOptIn: true)
}
