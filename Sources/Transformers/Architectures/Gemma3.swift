import LinearAlgebra

extension Architecture {
  /// Gemma 3, the text model: Gemma 2 with a norm on each head's query and key in place of soft caps, and with windows
  /// and a rotary base of their own in five layers of six.
  static let gemma3 = Architecture(
    names: ["gemma3", "gemma3_text"], huggingFace: .huggingFaceGemma.withHeadNorms,
    gguf: .ggufGemma.withHeadNorms,
    defaults: HuggingFaceConfiguration {
      ($0.headCount, $0.groupCount, $0.headWidth, $0.queryScalar) = (8, 4, 256, 256)
      ($0.vocabularySize, $0.contextLength) = (262_208, 131_072)
      ($0.slidingWindow, $0.rotaryBase) = (4096, 1_000_000)
    }, activation: .geluTanh, normOffset: 1, scalesEmbedding: true, localRotaryBase: 10_000, fullPeriod: 6,
    ggufWideScaleLayerCount: 62)
}
