import LinearAlgebra
public import SpecimenTraining

/// Three languages without a common word, in which the same facts hold.
///
/// Training has the antonyms of every pair of words in two of the three languages, the colour of every thing in two of the
/// three, and translations of most words. The third language's antonyms and colours follow only for a model that has one
/// place for what the languages share; two sizes tell whether sharing grows with the model.
public struct Babel: Specimen {
  public let name = "babel"
  public let summary = "English, French and Chinese: the same antonyms and facts, some stated in two languages only"
  public let sizes = ["small", "large"]
  public let circuits = ["antonym", "colour", "translation"]
  public var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon: Lexicon

  /// The language.
  public init() {
    lexicon = Lexicon(
      Tongue.allCases.flatMap { [$0.mark] + $0.grammar + $0.adjectives + $0.colours + $0.things })
  }

  public func making(size: String) -> SpecimenMaking {
    let isLarge = size == "large"
    var settings = TransformerTrainingSettings(
      layers: isLarge ? 4 : 2, dModel: isLarge ? 128 : 48, heads: 4, dMLP: isLarge ? 512 : 192,
      vocabularySize: lexicon.count, contextLength: 48, steps: 3000, sequencesPerStep: 32)
    settings.peakRate = 2e-3
    settings.weightDecay = 0.5
    let source = LineSource(lexicon: lexicon, length: 48) { BabelWorld.line(&$0) }
    return .trained([SpecimenPhase(settings: settings, source: source, behaviours: behaviours)])
  }

  private var behaviours: [Behaviour] {
    let behaviour = {
      (name: String, summary: String, required: Double, relation: BabelWorld.Relation, isHeldOut: Bool) in
      Behaviour(name, summary, required: required) { [lexicon] random in
        let fact = BabelWorld.fact(relation, isHeldOut: isHeldOut, &random)
        return lexicon.trial((fact.prompt, fact.answer))
      }
    }
    return [
      behaviour("stated antonyms", "antonyms in the languages in which they were stated", 0.99, .antonym, false),
      behaviour("antonyms", "antonyms in the language in which they were never stated", 0.9, .antonym, true),
      behaviour("stated colours", "colours of things in the languages in which they were stated", 0.99, .colour, false),
      behaviour("colours", "colours of things in the language in which they were never stated", 0.9, .colour, true),
      behaviour("translations", "translations between two languages that were never shown", 0.9, .translation, true),
    ]
  }
}
