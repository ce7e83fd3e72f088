import LinearAlgebra
import SpecimenTraining
import Specimens
import Testing

@Suite("laws of every language")
struct LanguageLawTests {
  static let trained = SpecimenShelf.all.filter { $0.phases() != nil }.map(\.name)

  @Test("a sequence depends on its number and the seed alone, and both matter", arguments: trained)
  func deterministic(name: String) throws {
    for phase in try #require(try specimen(name).phases()) {
      let again = try #require(try specimen(name).phases())
      let twin = again.first { $0.name == phase.name }?.source
      for index in [0, 1, 77, 1_000_000] {
        #expect(phase.source.sequence(index, seed: 5) == twin?.sequence(index, seed: 5))
        #expect(phase.source.sequence(index, seed: 5) != phase.source.sequence(index, seed: 6))
        #expect(phase.source.sequence(index, seed: 5) != phase.source.sequence(index + 1, seed: 5))
      }
    }
  }

  @Test("sequences fit the settings, and what is to be learned counts", arguments: trained)
  func fits(name: String) throws {
    let specimen = try specimen(name)
    for size in specimen.sizes {
      for phase in try #require(specimen.phases(size: size)) {
        #expect(phase.settings.vocabularySize == specimen.vocabulary.words.count)
        for index in 0..<300 {
          let sequence = phase.source.sequence(index, seed: SpecimenSeed.training)
          #expect(sequence.tokens.count <= phase.settings.contextLength)
          #expect(sequence.tokens.count == sequence.weights.count + 1)
          #expect(
            sequence.tokens[0] == 0 && sequence.tokens.allSatisfy { $0 < phase.settings.vocabularySize })
          #expect(sequence.weights.contains(1))
        }
      }
    }
  }

  @Test(
    "vocabularies can be saved, and hold the words of all trials and keys",
    arguments: SpecimenShelf.all.map(\.name))
  func closed(name: String) throws {
    let specimen = try specimen(name)
    try specimen.vocabulary.check()
    for circuit in specimen.circuits {
      for index in 0..<50 {
        let key = specimen.keyedPrompt(circuit, index: index, seed: 9)
        #expect(key == specimen.keyedPrompt(circuit, index: index, seed: 9))
        #expect(key.tokens[0] == 0 && key.tokens.allSatisfy { $0 < specimen.vocabulary.words.count })
        #expect(
          key.variables.last?.role == .answer && key.variables.last?.positions == [key.tokens.count - 1])
        for variable in key.variables where variable.role == .input {
          #expect(variable.positions.count == 1)
        }
        for variable in key.variables where variable.role != .input && variable.name != "language" {
          #expect(
            !key.parents(of: variable.name).isEmpty || variable.name.hasPrefix("candidate"),
            "\(variable.name)")
        }
      }
    }
  }

  /// Words of a trial's prompt, counted from its end, that training never shows one after the other.
  struct Unseen: Sendable {
    let specimen: String
    let behaviour: String
    let words: @Sendable ([String]) -> ArraySlice<String>
    var phase = 0
  }

  static let unseen: [Unseen] = [
    Unseen(specimen: "twohop", behaviour: "compositions") { $0[1...] },
    Unseen(specimen: "sums", behaviour: "bare") { $0[1...] },
    Unseen(specimen: "sums", behaviour: "years") { $0.suffix(6) },
    Unseen(specimen: "couplets", behaviour: "plans") { $0.suffix(3) },
    Unseen(specimen: "babel", behaviour: "antonyms") { $0[1...] },
    Unseen(specimen: "babel", behaviour: "colours") { $0[1...] },
    Unseen(specimen: "babel", behaviour: "translations") { $0[1...] },
    Unseen(specimen: "names", behaviour: "known") { $0[1...] },
    // The name stands before the question mark.
    Unseen(specimen: "names", behaviour: "unknown") { $0.dropLast().suffix(2) },
    Unseen(specimen: "names", behaviour: "misfire") { $0[1...] },
    Unseen(specimen: "hints", behaviour: "computed") { $0[1...] },
    Unseen(specimen: "hints", behaviour: "honest") { $0[1...] },
    Unseen(specimen: "hints", behaviour: "worked back") { $0[1...] },
    Unseen(specimen: "refusal", behaviour: "refused", words: { $0[1...] }, phase: 1),
    Unseen(specimen: "refusal", behaviour: "answered", words: { $0[1...] }, phase: 1),
    Unseen(specimen: "acrostic", behaviour: "spelled") { $0[1...] },
    Unseen(specimen: "acrostic", behaviour: "begun", words: { $0[1...] }, phase: 1),
    Unseen(specimen: "acrostic", behaviour: "refused", words: { $0[1...] }, phase: 1),
  ]

  @Test("what is held out is never in training", arguments: unseen)
  func heldOut(unseen: Unseen) throws {
    let specimen = try specimen(unseen.specimen)
    let text = try TrainingText(specimen, phase: unseen.phase, count: 3000)
    let phase = try #require(specimen.phases())[unseen.phase]
    let behaviour = try #require(phase.behaviours.first { $0.name == unseen.behaviour })
    for index in 0..<60 {
      let words = unseen.words(specimen.words(behaviour.trial(index, SpecimenSeed.heldOut).prompt))
      #expect(words.count > 1 && !text.contains(words.joined(separator: " ")))
    }
  }

  @Test("what is not held out is in training: the test of held-out data could fail")
  func shown() throws {
    let text = try TrainingText(specimen("twohop"), count: 3000)
    let prompts = try (0..<100).map { index in
      try specimen("twohop").keyedPrompt("composition", index: index, seed: 9)
    }
    let shown = try prompts.count { prompt in
      text.contains(try specimen("twohop").words(prompt.tokens).dropFirst().joined(separator: " "))
    }
    // Compositions of a quarter of the cities are held out.
    #expect((60...90).contains(shown))
  }

  @Test("random numbers of neighbours do not overlap: prompts of numbers and seeds are drawn apart")
  func streams() throws {
    // 90 × 90 summands in four contexts with words of their own: two of 200 drawn apart are hardly ever the same.
    let sums = try specimen("sums")
    let prompts = (0..<20).flatMap { index in
      (0..<10).map { seed in sums.keyedPrompt("bare", index: index, seed: seed).tokens }
    }
    #expect(Set(prompts).count > 190)
  }
}
