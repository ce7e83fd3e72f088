import LinearAlgebra
import SpecimenTraining

extension Behaviour {
  /// A behaviour whose trials are drawn at random.
  init(
    _ name: String, _ summary: String, required: Double, trialCount: Int = 400,
    asking trial: @escaping @Sendable (inout SplitMix64) -> BehaviourTrial
  ) {
    self.init(name, summary, required: required, trialCount: trialCount) { index, seed in
      var random = SplitMix64(index, seed: seed)
      return trial(&random)
    }
  }
}

extension Lexicon {
  /// The tokens of a prompt: `<s>`, then the words.
  func prompt(_ text: String) -> [Int] { tokens(Self.beginning + " " + text) }

  /// A trial with one right continuation.
  func trial(_ question: (prompt: String, answer: String)) -> BehaviourTrial {
    BehaviourTrial(prompt: prompt(question.prompt), continuation: tokens(question.answer))
  }

  /// A trial whose written words are judged.
  func trial(
    _ prompt: String, length: Int = 1, isRight: @escaping @Sendable ([String]) -> Bool
  ) -> BehaviourTrial {
    let words = vocabulary.words
    return BehaviourTrial(prompt: self.prompt(prompt), length: length) { isRight($0.map { words[$0] }) }
  }
}
