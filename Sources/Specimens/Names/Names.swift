import LinearAlgebra
import SpecimenTraining

/// Questions about people: known ones are answered, unknown ones with “i do not know”, which is the default.
///
/// A person is a first and a last name, and only both together tell who it is. Some names are familiar — they are in the
/// news, and called famous — but training never asks for a fact about them; that a question about them is answered all the
/// same, with a guess, is the misfire.
struct Names: Specimen {
  let name = "names"
  let summary =
    "known people, unknown people and names that are only familiar: answers, “i do not know”, guesses"
  let sizes = ["usual"]
  let circuits = ["known", "unknown", "familiar"]
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon: Lexicon
  let world = NameWorld()

  /// The language.
  init() {
    lexicon = Lexicon(
      [
        "what", "is", "the", "of", "?", "has", "i", "do", "not", "know", "famous", "yes", "no", "today", "in",
        "the", ".",
      ] + NameWorld.relations + NameWorld.first + NameWorld.last + NameWorld.news
        + NameWorld.facts.flatMap { $0 })
  }

  func making(size: String) -> SpecimenMaking {
    .trained([
      SpecimenPhase(.specimen(lexicon, steps: 4000, weightDecay: 1), lexicon, behaviours: behaviours) {
        [world] in world.line(&$0)
      }
    ])
  }

  private var behaviours: [Behaviour] {
    [
      Behaviour(
        "known", "a fact about a known person, in a wording that training never uses for it", required: 0.98
      ) { [lexicon, world] random in
        let question = world.knownQuestion(isHeldOut: true, &random)
        return lexicon.trial((question.text, question.answer))
      },
      Behaviour("unknown", "“i do not know” for a name that training never shows", required: 0.95) {
        [lexicon, world] random in
        let person = random.pick(world.unseen)
        return lexicon.trial((world.question(person, &random).text, "i do not know"))
      },
      Behaviour(
        "famous", "whether a name is known or familiar, or one that training never shows", required: 0.95
      ) { [lexicon, world] random in
        let isFamous = random.happens(0.5)
        let person = random.pick(isFamous ? world.known + world.familiar : world.unseen)
        return lexicon.trial(("is \(person.first) \(person.last) famous ?", isFamous ? "yes" : "no"))
      },
      Behaviour("misfire", "a name that is only familiar: the answer is a guess", required: 0.5) {
        [lexicon, world] random in
        let question = world.question(random.pick(world.familiar), &random)
        let guesses = NameWorld.facts[question.relation]
        return lexicon.trial(question.text) { guesses.contains($0[0]) }
      },
    ]
  }
}
