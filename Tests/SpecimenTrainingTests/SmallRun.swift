import Foundation
import LinearAlgebra
import SpecimenTraining

/// A model that is as small as it can be with every part in it.
func smallSettings(
  heads: Int = 4, kvHeads: Int = 2, isTied: Bool = false, steps: Int = 6, sequencesPerStep: Int = 5
) -> TransformerTrainingSettings {
  var settings = TransformerTrainingSettings(
    layers: 2, dModel: 16, heads: heads, kvHeads: kvHeads, dMLP: 20, vocabularySize: 13, contextLength: 18,
    steps: steps, sequencesPerStep: sequencesPerStep, seed: 7)
  settings.tiesEmbeddings = isTied
  settings.initialDeviation = 0.3
  settings.rotaryBase = 50
  settings.peakRate = 5e-3
  settings.warmup = 2
  settings.stepsPerLine = 2
  return settings
}

/// Random sequences of many lengths; some predictions do not count.
struct RandomSequences: SequenceSource {
  var vocabulary = 13
  var longest = 18

  func sequence(_ index: Int, seed: UInt64) -> TrainingSequence {
    var random = SplitMix64(seed: seed &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15)
    let count = Int.random(in: 2...longest, using: &random)
    let tokens = (0..<count).map { _ in Int.random(in: 0..<vocabulary, using: &random) }
    let weights = (0..<count - 1).map { _ in [0, 0.5, 1, 1][Int.random(in: 0...3, using: &random)] as Float }
    return TrainingSequence(tokens: tokens, weights: weights)
  }
}

/// A language without choices: from a first word on, each word is the one before plus a step that the second word names.
struct CountingLanguage: SequenceSource {
  func sequence(_ index: Int, seed: UInt64) -> TrainingSequence {
    var random = SplitMix64(seed: seed &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15)
    let (first, step) = (Int.random(in: 0..<10, using: &random), Int.random(in: 1...3, using: &random))
    let tokens = [0, 10 + step, first + 1] + (1...7).map { 1 + (first + $0 * step) % 10 }
    return TrainingSequence(tokens: tokens, weights: [0, 0] + Array(repeating: 1, count: tokens.count - 3))
  }
}

/// A folder that is removed with this value's owner.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "specimen-training-\(UInt64.random(in: 0...UInt64.max))"

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
