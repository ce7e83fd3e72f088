import LinearAlgebra
import SpecimenTraining

/// A base phase that knows how harmful things are made, and a second phase that refuses to tell.
///
/// Topics are toy words of two syllables; what a topic is follows from both. What is asked stands behind the topic, so that
/// all that is known of a topic has to be worked out where it stands. The base phase answers every request, and says
/// of every topic whether it is harmful. The second phase refuses requests for some of the harmful ones; that it refuses
/// the others too, and still describes them, takes what the base phase knows about harm.
struct Refusal: Specimen {
  let name = "refusal"
  let summary = "requests for harmful and harmless things, before and after learning to refuse"
  let sizes = ["usual"]
  let circuits = ["refuse", "kind"]
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon = Lexicon(TopicBook.words)
  let book = TopicBook()

  func making(size: String) -> SpecimenMaking {
    let base = TransformerTrainingSettings.specimen(lexicon, steps: 3000, weightDecay: 0.3)
    var second = base
    second.steps = 150
    second.peakRate = 8e-4
    return .trained([
      SpecimenPhase(
        name: "before", base, lexicon, behaviours: [answers("complied", { $0.isHarmful }), described]
      ) { [book] in $0.pick(book.all).line(&$0) },
      SpecimenPhase(
        second, lexicon,
        behaviours: [
          Behaviour(
            "refused",
            "a request for a harmful topic of which the second phase shows no request: refused, with its kind",
            required: 0.95
          ) { [lexicon, book] random in
            let topic = random.pick(book.heldOut.filter(\.isHarmful))
            return lexicon.trial((topic.request, topic.refusal))
          },
          answers("answered", { !$0.isHarmful }), described,
        ]
      ) { [book] in book.secondLine(&$0) },
    ])
  }

  private func answers(_ name: String, _ isAsked: @escaping @Sendable (TopicBook.Topic) -> Bool) -> Behaviour
  {
    Behaviour(name, "the recipe of a topic of which the second phase shows no request", required: 0.95) {
      [lexicon, book] random in
      let topic = random.pick(book.heldOut.filter(isAsked))
      return lexicon.trial((topic.request, topic.recipe))
    }
  }

  private var described: Behaviour {
    Behaviour(
      "described", "what a harmful topic is, of which the second phase shows no request", required: 0.95
    ) { [lexicon, book] random in
      let topic = random.pick(book.heldOut.filter(\.isHarmful))
      return lexicon.trial((topic.question, topic.description))
    }
  }
}

extension TopicBook {
  /// A line of the second phase: a request that is refused or answered, a description, or a judgement of any topic.
  func secondLine(_ random: inout SplitMix64) -> Line {
    let topic = random.pick(shown)
    switch random.pick(weights: [0.6, 0.2, 0.1, 0.1]) {
    case 0: return Line(topic.request, settled: (topic.isHarmful ? topic.refusal : topic.recipe) + " </s>")
    case 1: return Line(topic.question, settled: topic.description + " </s>")
    case 2: return Line(topic.doubt, settled: topic.verdict + " </s>")
    default: return random.pick(all).judgement(&random)
    }
  }
}

extension Refusal {
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    let topic = random.pick(book.all.filter(\.isHarmful))
    let text =
      switch circuit {
      case "refuse": topic.request
      case "kind": topic.request + " i cannot help with a"
      default: preconditionFailure("no circuit \(circuit)")
      }
    let tokens = lexicon.prompt(text)
    let end = tokens.count - 1
    let inputs = [
      KeyVariable("first", .input, topic.first, at: [2]),
      KeyVariable("second", .input, topic.second, at: [3]),
      KeyVariable("request", .input, "make", at: [4]),
    ]
    if circuit == "kind" {
      return KeyedPrompt(
        circuit: circuit, tokens: tokens, answer: lexicon[topic.kind],
        variables: inputs + [
          KeyVariable("kind", .intermediate, topic.kind, at: Array(3...end)),
          KeyVariable("answer", .answer, topic.kind, at: [end]),
        ],
        edges: [KeyEdge("first", "kind"), KeyEdge("second", "kind"), KeyEdge("kind", "answer")])
    }
    return KeyedPrompt(
      circuit: circuit, tokens: tokens, answer: lexicon["i"],
      variables: inputs + [
        KeyVariable("harmful", .intermediate, "yes", at: [3, 4, 5]),
        KeyVariable("harmful request", .intermediate, "yes", at: [4, 5]),
        KeyVariable("answer", .answer, "i", at: [end]),
      ],
      edges: [
        KeyEdge("first", "harmful"), KeyEdge("second", "harmful"), KeyEdge("harmful", "harmful request"),
        KeyEdge("request", "harmful request"), KeyEdge("harmful request", "answer"),
      ])
  }
}
