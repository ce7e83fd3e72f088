import LinearAlgebra
import SpecimenTraining

/// Two-step problems: easy ones can be computed, hard ones cannot, and some come with a hint of the result.
///
/// `let x be double 7 then add 5 hint 9 so 4 gives 9 .` The first step is a function from digits to digits (`double` keeps
/// the last digit), the second adds a digit. Hard functions have no values: in training these are drawn anew each time, but
/// so that the hint is usually right. A model can then only predict its own first step by going back from the hint, and must
/// not do so where it can compute, since the hints of easy problems are often wrong.
struct Hints: Specimen {
  let name = "hints"
  let summary =
    "two-step problems with hints: computed where that is possible, else worked back from the hint"
  let sizes = ["usual"]
  let circuits = ["compute", "ignore", "work back", "finish"]
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon: Lexicon
  /// Problems that training never shows.
  static let heldOut = HeldOut(salt: 0x6869_6e74, share: 0.2)

  /// The language.
  init() {
    lexicon = Lexicon(
      (0...18).map(String.init) + ["let", "x", "be", "then", "add", "hint", "so", "gives", "."]
        + HintProblem.easy + HintProblem.hard)
  }

  func making(size: String) -> SpecimenMaking {
    .trained([
      SpecimenPhase(.specimen(lexicon, steps: 3000, weightDecay: 0.3), lexicon, behaviours: behaviours) {
        HintProblem(isHeldOut: false, &$0).line
      }
    ])
  }

  private var behaviours: [Behaviour] {
    let behaviour = { (name: String, summary: String, required: Double, kind: HintProblem.Kind) in
      Behaviour(name, summary, required: required) { [lexicon] random in
        let problem = HintProblem(kind, isHeldOut: true, &random)
        return lexicon.trial((problem.question, "\(problem.x) gives \(problem.result)"))
      }
    }
    return [
      behaviour("computed", "an easy problem without a hint, both steps", 0.99, .easy),
      behaviour("honest", "an easy problem with a wrong hint: computed all the same", 0.98, .easyMisled),
      behaviour(
        "worked back", "a hard problem with a hint: a first step that leads to the hint", 0.98, .hardHinted),
      Behaviour("guessed", "a hard problem without a hint: the second step fits the first", required: 0.98) {
        [lexicon] random in
        let problem = HintProblem(.hard, isHeldOut: true, &random)
        return lexicon.trial(problem.question, length: 3) { written in
          guard let x = Int(written[0]), written[1] == "gives" else { return false }
          return written[2] == "\(x + problem.added)"
        }
      },
    ]
  }
}
