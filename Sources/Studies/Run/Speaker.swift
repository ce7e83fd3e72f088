import Calibrations
import Interventions
import LinearAlgebra
import Tokenizers
import Transformers

/// What a model says to a prompt, and whether that is what a text says, by a set's way of judging.
struct Speaker {
  /// What was said.
  struct Saying: Sendable {
    /// The most probable next token.
    var token: Int
    /// The text that is judged, or the token's.
    var text: String
  }

  let subject: StudySubject
  let gate: BehaviourGate?

  /// Whether more than the next token is judged.
  private var speaks: Bool {
    switch gate?.judgement ?? .top {
    case .top, .mistaken: false
    case .starts, .contains, .lineEnds: true
    }
  }

  /// What the model says under interventions.
  ///
  /// - Parameter logits: Those of the next token, under the same interventions.
  func saying(
    _ engine: InterventionEngine, _ interventions: [Intervention], _ patching: Patching, logits: [Float]
  ) throws(InterventionError) -> Saying {
    let tokenizer = subject.model.tokenizer
    let top = logits.top
    guard speaks else { return Saying(token: top, text: tokenizer.piece(top)) }
    var random = SplitMix64(seed: 0)
    let ends = subject.model.endTokens
    let tokens = try engine.generate(
      interventions, patching: patching, count: gate?.tokens ?? 8, choice: .greedy, using: &random
    ) { token, _ in !ends.contains(token) }
    return Saying(token: top, text: tokenizer.decode(tokens.filter { !ends.contains($0) }))
  }

  /// Whether the model does what its set asks.
  ///
  /// - Parameter answers: The texts that are right; without one, nothing is.
  func passes(_ saying: Saying, answers: [String]) -> Bool {
    !answers.isEmpty && answers.contains { says(saying, $0) } != (gate?.judgement == .mistaken)
  }

  /// Whether a text was said.
  func says(_ saying: Saying, _ text: String) -> Bool {
    switch gate?.judgement ?? .top {
    case .top, .mistaken: saying.token == subject.token(of: text)
    case .starts: SuccessCriterion.starts.isMet(by: saying.text, expecting: text)
    case .contains: SuccessCriterion.contains.isMet(by: saying.text, expecting: text)
    case .lineEnds: SuccessCriterion.lineEnds.isMet(by: saying.text, expecting: text)
    }
  }
}
