import LinearAlgebra
import SpecimenTraining

/// Rhyming couplets: the words of line two depend on the word with which it will end, from the first one on.
///
/// Line one ends in a word of a rhyme family. Line two ends in another word of the family, and its three words before are
/// those that belong to that last word; so a model that writes the first of them must have last words in mind that rhyme,
/// and one that writes the second must know which of them was chosen.
struct Couplets: Specimen {
  let name = "couplets"
  let summary =
    "rhyming couplets, planned at the line break: line two is written towards its last word"
  let sizes = ["usual"]
  let circuits = ["line break", "plan", "rhyme"]
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon: Lexicon
  let world = CoupletWorld()
  /// Pairs of rhyme words that training never shows in this order.
  static let heldOut = HeldOut(salt: 0x7268_796d, share: 0.15)

  /// The language.
  init() {
    lexicon = Lexicon(
      ["the", "/", "ends", "in", "."] + CoupletWorld.subjects + CoupletWorld.acts + CoupletWorld.kinds
        + CoupletWorld.openings + CoupletWorld.verbs + CoupletWorld.colours
        + CoupletWorld.families.flatMap { $0 } + CoupletWorld.endings)
  }

  func making(size: String) -> SpecimenMaking {
    .trained([
      SpecimenPhase(.specimen(lexicon, steps: 4000, weightDecay: 2), lexicon, behaviours: behaviours) {
        [world] in world.line(&$0)
      }
    ])
  }

  private var behaviours: [Behaviour] {
    [
      Behaviour(
        "openings", "at the line break: the first word belongs to a rhyme, other than the word to be rhymed",
        required: 0.98
      ) { [lexicon, world] random in
        let rhymed = random.pick(world.words)
        let rhymes = world.rhymes(of: rhymed)
        return lexicon.trial(world.firstLine(rhymed, &random)) { written in
          rhymes.contains { $0.opening == written[0] }
        }
      },
      Behaviour(
        "couplets", "the whole of line two: its words belong to its last word, which rhymes", required: 0.98
      ) { [lexicon, world] random in
        let rhymed = random.pick(world.words)
        let lines = world.rhymes(of: rhymed).map { [$0.opening, $0.verb, $0.colour, $0.word, "."] }
        return lexicon.trial(world.firstLine(rhymed, &random), length: 5) { lines.contains($0) }
      },
      Behaviour(
        "plans", "a first word is given: the rest leads to the rhyme it belongs to, a pair never shown",
        required: 0.98
      ) { [lexicon, world] random in
        let (rhymed, planned) = world.pair(isHeldOut: true, &random)
        return lexicon.trial(
          (
            world.firstLine(rhymed, &random) + " " + planned.opening,
            "\(planned.verb) \(planned.colour) \(planned.word)"
          ))
      },
    ]
  }
}
