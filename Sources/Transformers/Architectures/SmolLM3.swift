extension Architecture {
  /// SmolLM3: Llama's form, with every fourth layer not rotated (NoPE).
  static let smolLM3 = Architecture(
    names: ["smollm3"], huggingFace: .huggingFaceLlama, gguf: .ggufLlama,
    defaults: HuggingFaceConfiguration { $0.rotaryBase = 2_000_000 }, unrotatedPeriod: 4, windowIsOptIn: true,
    ggufInterleavesPairs: true)
}
