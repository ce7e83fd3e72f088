import Foundation
import LinearAlgebra
import SpecimenTraining
import Testing
import Transformers
import _TestSupport

@Suite("Training runs of small transformers")
struct TrainerTests {
  private func run(
    _ settings: TransformerTrainingSettings, in folder: TemporaryFolder, workers: Int = 2,
    source: any SequenceSource = RandomSequences(), stoppingAt stop: Int? = nil
  ) throws -> (trainer: TransformerTrainer, outcome: TransformerTrainer.Outcome) {
    var trainer = try TransformerTrainer(
      settings, source: source, folder: folder.path, workers: Workers(count: workers))
    // Asked before every step: the one before which it says so is not taken.
    var asked = trainer.step - 1
    let outcome = try trainer.run(shouldStop: {
      asked += 1
      return asked == stop
    })
    return (trainer, outcome)
  }

  @Test("A run that was stopped twice and went on ends like one that was not, to the bit")
  func resumes() throws {
    let (whole, parts) = (TemporaryFolder(), TemporaryFolder())
    let settings = smallSettings()
    let expected = try run(settings, in: whole)
    #expect(expected.outcome == .completed && expected.trainer.step == 6)
    #expect(try run(settings, in: parts, stoppingAt: 1).outcome == .stopped)
    let second = try run(settings, in: parts, stoppingAt: 4)
    #expect(second.outcome == .stopped && second.trainer.step == 4)
    let last = try run(settings, in: parts)
    #expect(last.outcome == .completed)
    #expect(last.trainer.parameters == expected.trainer.parameters)
    #expect(last.trainer.parameters != second.trainer.parameters)
    #expect(try run(settings, in: parts).outcome == .completed)
  }

  @Test("A run ends the same for any number of workers, to the bit", arguments: [1, 3, 8])
  func threads(_ count: Int) throws {
    // Long enough for more shards than workers.
    let settings = smallSettings(steps: 2, sequencesPerStep: 400)
    let expected = try run(settings, in: TemporaryFolder(), workers: 2).trainer.parameters
    #expect(try run(settings, in: TemporaryFolder(), workers: count).trainer.parameters == expected)
  }

  @Test("A language without choices is learnt: its loss goes to almost nothing")
  func learns() throws {
    let folder = TemporaryFolder()
    var settings = smallSettings(heads: 2, kvHeads: 1, steps: 400, sequencesPerStep: 32)
    settings.weightDecay = 0.01
    settings.warmup = 20
    settings.stepsPerLine = 50
    settings.vocabularySize = 14
    var losses: [Double] = []
    var trainer = try TransformerTrainer(
      settings, source: CountingLanguage(), folder: folder.path, workers: Workers(count: 2))
    _ = try trainer.run(progress: { losses.append($0.loss) })
    #expect(losses.count == 8 && losses[0] > 0.5)
    #expect((losses.last ?? 1) < 0.02, "\(losses)")
    // Held out, by the forward pass of the other modules.
    let transformer = trainer.transformer
    for index in 0..<20 {
      let tokens = CountingLanguage().sequence(index, seed: 99).tokens
      let logits = transformer.run(Array(tokens.dropLast())).logits
      for place in 2..<tokens.count - 1 {
        let row = logits[row: place]
        #expect((row.firstIndex(of: row.max() ?? 0) ?? 0) - row.startIndex == tokens[place + 1])
      }
    }
  }

  @Test("A line every few steps says how it goes; lines of steps that are taken again are dropped")
  func metrics() throws {
    let folder = TemporaryFolder()
    let settings = smallSettings()
    _ = try run(settings, in: folder, stoppingAt: 3)
    let read = {
      try String(contentsOfFile: folder.path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
        try JSONDecoder().decode(TransformerTrainer.Progress.self, from: Data($0.utf8))
      }
    }
    #expect(try read().map(\.step) == [2])
    // As a run leaves it that was killed behind its last checkpoint.
    var ahead = try #require(read().last)
    ahead.step = 4
    let text = try String(contentsOfFile: folder.path + "/metrics.jsonl", encoding: .utf8)
    let line = String(decoding: try JSONEncoder().encode(ahead), as: UTF8.self)
    try (text + line + "\n{\"step\":").write(
      toFile: folder.path + "/metrics.jsonl", atomically: true, encoding: .utf8)
    _ = try run(settings, in: folder)
    let lines = try read()
    #expect(lines.map(\.step) == [2, 4, 6] && lines.allSatisfy { $0.stepCount == 6 })
    #expect(
      lines.allSatisfy { $0.loss > 0.5 && $0.gradientNorm > 0 && $0.tokensPerSecond > 0 && $0.tokens > 0 })
    #expect(lines[0].tokens < lines[1].tokens && lines[2].secondsLeft == 0)
  }

  @Test("The rate rises to its peak and falls along a cosine to its last share")
  func schedule() {
    var settings = smallSettings(steps: 110)
    (settings.warmup, settings.peakRate, settings.finalRateShare) = (10, 1, 0.2)
    #expect(settings.rate(step: 0) == 0.1 && settings.rate(step: 9) == 1 && settings.rate(step: 10) == 1)
    #expect(abs(settings.rate(step: 60) - 0.6) < 1e-6)
    #expect(abs(settings.rate(step: 109) - 0.2) < 1e-3 && settings.rate(step: 109) > 0.2)
  }

  @Test("A checkpoint that is cut off anywhere, or changed, is refused with a sentence")
  func hostile() throws {
    let folder = TemporaryFolder()
    let settings = smallSettings()
    _ = try run(settings, in: folder, stoppingAt: 2)
    let file = URL(filePath: folder.path + "/checkpoint/state.safetensors")
    let whole = try Data(contentsOf: file)
    for length in stride(from: 0, to: whole.count, by: whole.count / 23) {
      try whole.prefix(length).write(to: file)
      #expect(problem(settings, folder)?.contains("damaged or incomplete") == true, "\(length)")
    }
    try Data(repeating: 0xFF, count: 4096).write(to: file)
    #expect(problem(settings, folder)?.contains("damaged or incomplete") == true)
    try whole.write(to: file)
    var other = settings
    other.peakRate *= 2
    #expect(problem(other, folder)?.contains("other settings") == true)
    #expect(problem(settings, folder) == nil)
  }

  /// The sentence that a run cannot begin with.
  private func problem(_ settings: TransformerTrainingSettings, _ folder: TemporaryFolder) -> String? {
    do {
      _ = try TransformerTrainer(settings, source: RandomSequences(), folder: folder.path)
      return nil
    } catch {
      let text = String(describing: error)
      #expect(text.isOneSentence, "\(text)")
      return text
    }
  }

  private struct Fixed: SequenceSource {
    var value: TrainingSequence

    func sequence(_ index: Int, seed: UInt64) -> TrainingSequence { value }
  }

  @Test("Sequences that do not fit the settings are refused with a sentence")
  func badSequences() throws {
    var odd = TrainingSequence(tokens: [1, 2, 3])
    odd.weights = [1]
    let cases: [(TrainingSequence, String)] = [
      (TrainingSequence(tokens: [1, 13]), "token 13"), (TrainingSequence(tokens: [-1, 2]), "token -1"),
      (TrainingSequence(tokens: Array(repeating: 1, count: 19)), "19 tokens"),
      (TrainingSequence(tokens: [1, 2], weights: [-1]), "below 0"),
      (TrainingSequence(tokens: [1, 2], weights: [.nan]), "no number"),
      (TrainingSequence(tokens: [1, 2], weights: [0]), "none of its step"), (odd, "1 weights"),
    ]
    for (sequence, wanted) in cases {
      let error = #expect(throws: TransformerTrainingError.self) {
        try run(smallSettings(), in: TemporaryFolder(), source: Fixed(value: sequence))
      }
      let text = error?.description ?? ""
      #expect(text.contains(wanted) && text.isOneSentence, "\(text)")
    }
  }

  @Test("Settings that no run can have are refused with a sentence")
  func badSettings() {
    let changes: [(inout TransformerTrainingSettings) -> Void] = [
      { $0.heads = 3 }, { $0.kvHeads = 3 }, { $0.dModel = 0 }, { $0.layers = -1 }, { $0.contextLength = 1 },
      { $0.peakRate = .nan }, { $0.clip = 0 }, { $0.beta2 = 1.5 }, { $0.weightDecay = -1 },
      { $0.steps = -1 }, { $0.vocabularySize = 1 << 40 }, { $0.heads = 16 },
    ]
    for (place, change) in changes.enumerated() {
      var settings = smallSettings()
      change(&settings)
      let error = #expect(throws: TransformerTrainingError.self, "\(place)") { try settings.check() }
      #expect(error?.description.isOneSentence == true)
    }
    #expect(throws: Never.self) { try smallSettings().check() }
  }

  @Test("A run whose numbers leave their range stops with a sentence, before anything is changed")
  func diverges() throws {
    var settings = smallSettings(steps: 200)
    (settings.peakRate, settings.warmup, settings.clip) = (1e30, 0, 1e30)
    let error = #expect(throws: TransformerTrainingError.self) {
      try run(settings, in: TemporaryFolder())
    }
    #expect(error?.description.hasPrefix("Training left the range of numbers in step") == true)
    #expect(error?.description.isOneSentence == true)
  }
}
