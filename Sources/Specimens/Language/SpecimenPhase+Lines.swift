import LinearAlgebra
import SpecimenTraining

extension TransformerTrainingSettings {
  /// What specimens have in common: contexts of 48 tokens, 32 of them a step, MLPs four times as wide as the stream.
  static func specimen(
    _ lexicon: Lexicon, layers: Int = 4, dModel: Int = 64, heads: Int = 4, steps: Int, weightDecay: Float
  ) -> TransformerTrainingSettings {
    var settings = TransformerTrainingSettings(
      layers: layers, dModel: dModel, heads: heads, dMLP: 4 * dModel, vocabularySize: lexicon.count,
      contextLength: 48, steps: steps, sequencesPerStep: 32)
    settings.peakRate = 2e-3
    settings.weightDecay = weightDecay
    return settings
  }
}

extension SpecimenPhase {
  /// A phase whose sequences are lines of a language.
  init(
    name: String? = nil, _ settings: TransformerTrainingSettings, _ lexicon: Lexicon,
    behaviours: [Behaviour], line: @escaping @Sendable (inout SplitMix64) -> Line
  ) {
    self.init(
      name: name, settings: settings,
      source: LineSource(lexicon: lexicon, length: settings.contextLength, line: line),
      behaviours: behaviours)
  }
}
