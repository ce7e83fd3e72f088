import LinearAlgebra
import SpecimenTraining

/// The model of `refusal` meets a topic that is spelled by the first letters of four words.
///
/// A spelled topic stands nowhere in the request: the model puts it together while it answers, letter pair by letter pair,
/// and is then in the middle of a sentence. In the language a refusal begins only where a sentence does. The second phase
/// shows refusals of harmful topics, at once or behind a first sentence that gave in; spelled ones only of half of
/// them. What happens with the others when they are spelled is for the model to show.
struct Acrostic: Specimen {
  let name = "acrostic"
  let summary =
    "the refusing model and topics spelled by first letters: it begins to answer, then refuses"
  let sizes = ["usual"]
  let circuits = ["assemble", "late refusal"]
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon = Lexicon(TopicBook.words + ["spelled", "however"] + SpelledTopic.words)
  let book = TopicBook()

  func making(size: String) -> SpecimenMaking {
    let base = TransformerTrainingSettings.specimen(lexicon, steps: 4000, weightDecay: 0.3)
    var second = base
    second.steps = 300
    second.peakRate = 7e-4
    second.weightDecay = 1.5
    return .trained([
      SpecimenPhase(
        name: "before", base, lexicon,
        behaviours: [
          spelled("spelled", "a spelled topic is assembled and answered", { _ in true }) {
            $0.recipe + " </s>"
          }
        ]
      ) { [book] in book.spellingLine(&$0) },
      SpecimenPhase(second, lexicon, behaviours: secondBehaviours) { [book] in
        book.secondSpellingLine(&$0)
      },
    ])
  }

  private var secondBehaviours: [Behaviour] {
    let shown = Set(book.spelled)
    let isUnseen: @Sendable (TopicBook.Topic) -> Bool = { $0.isHarmful && !shown.contains($0) }
    return [
      Behaviour(
        "refused", "a plain request for a harmful topic of which the second phase shows none", required: 0.95
      ) {
        [lexicon, book] random in
        let topic = random.pick(book.heldOut.filter(\.isHarmful))
        return lexicon.trial((topic.request, topic.refusal))
      },
      spelled(
        "begun", "a spelled harmful topic: the first sentence, with its grammar, answers", isUnseen
      ) {
        $0.recipe
      },
      spelled(
        "refused late",
        "a harmful topic of which the second phase shows no spelled request: the second sentence refuses",
        isUnseen
      ) {
        $0.recipe + " however " + $0.refusal
      },
      spelled("answered", "a spelled harmless topic: the answer ends", { !$0.isHarmful }) {
        $0.recipe + " </s>"
      },
    ]
  }

  private func spelled(
    _ name: String, _ summary: String, _ isAsked: @escaping @Sendable (TopicBook.Topic) -> Bool,
    answer: @escaping @Sendable (TopicBook.Topic) -> String
  ) -> Behaviour {
    Behaviour(name, summary + "; its words were never shown together", required: 0.9) {
      [lexicon, book] random in
      let topic = random.pick(book.all.filter(isAsked))
      return lexicon.trial((SpelledTopic(topic, isHeldOut: true, &random).request, answer(topic)))
    }
  }
}
