import LinearAlgebra
import SpecimenTraining

/// Three languages without a common word, in which the same facts hold.
///
/// Sentences ask for the opposite of a word, the colour of a thing, or the word for something; the word asked about is of the
/// sentence's own language, or of another one, as where people with different languages live together. Every pair of antonyms
/// and every colour has a language whose own sentences never state it. There it follows only for a model that knows the word
/// from other languages' sentences, and has one place for what the languages share; two sizes tell whether sharing grows.
struct Babel: Specimen {
  let name = "babel"
  let summary =
    "English, French and Chinese: the same antonyms and facts, some stated in two languages only"
  let sizes = ["small", "large"]
  let circuits = ["antonym", "colour", "translation"]
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon: Lexicon

  /// The language.
  init() {
    lexicon = Lexicon(
      Tongue.allCases.flatMap { $0.grammar + $0.frameWords + $0.adjectives + $0.colours + $0.things })
  }

  func making(size: String) -> SpecimenMaking {
    let settings: TransformerTrainingSettings =
      size == "large"
      ? .specimen(lexicon, layers: 3, dModel: 128, steps: 5000, weightDecay: 1.5)
      : .specimen(lexicon, layers: 2, dModel: 48, steps: 5000, weightDecay: 1.5)
    return .trained([SpecimenPhase(settings, lexicon, behaviours: behaviours) { BabelWorld.line(&$0) }])
  }

  private var behaviours: [Behaviour] {
    let behaviour = {
      (name: String, summary: String, required: Double, relation: BabelWorld.Relation, isHeldOut: Bool) in
      Behaviour(name, summary, required: required) { [lexicon] random in
        let isMixed = relation == .translation
        let fact = BabelWorld.fact(relation, isMixed: isMixed, isHeldOut: isHeldOut, &random)
        return lexicon.trial((fact.prompt, fact.answer))
      }
    }
    return [
      behaviour("stated antonyms", "antonyms in languages that state them", 0.99, .antonym, false),
      behaviour("antonyms", "antonyms in the language that never states them", 0.9, .antonym, true),
      behaviour("stated colours", "colours of things in languages that state them", 0.99, .colour, false),
      behaviour("colours", "colours of things in the language that never states them", 0.9, .colour, true),
      behaviour(
        "translations", "words for words of another language, which were never shown", 0.9, .translation, true
      ),
    ]
  }
}
