extension Architecture {
  /// Mistral: Llama's form, with a window in every layer where the configuration has one.
  static let mistral = Architecture(
    names: ["mistral"], huggingFace: .huggingFaceLlama, gguf: .ggufLlama, ggufInterleavesPairs: true)
}
