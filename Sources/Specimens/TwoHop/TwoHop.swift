import LinearAlgebra
import SpecimenTraining

/// City → state → capital: facts as single hops, and some of their compositions.
///
/// A city's name is two words, and neither of them tells the state, so that the state has to be computed from both. A state
/// has a capital, a river, a flower, a bird and a coin; the second hop is the same whatever city led to the state.
struct TwoHop: Specimen {
  let name = "twohop"
  let summary = "city → state → capital: single facts, and compositions of which some were never shown"
  let sizes = ["usual"]
  let circuits = ["composition"]
  var vocabulary: WordVocabulary { lexicon.vocabulary }

  let lexicon: Lexicon
  let world = TwoHopWorld()

  /// The language.
  init() {
    lexicon = Lexicon(
      ["the", "of", "is", "."] + ["state"] + TwoHopWorld.relations + TwoHopWorld.first + TwoHopWorld.last
        + TwoHopWorld.states + TwoHopWorld.things.flatMap { $0 })
  }

  func making(size: String) -> SpecimenMaking {
    .trained([
      SpecimenPhase(.specimen(lexicon, steps: 3000, weightDecay: 1), lexicon, behaviours: behaviours) {
        [world] in world.line(&$0)
      }
    ])
  }

  private var behaviours: [Behaviour] {
    let relations = Array(TwoHopWorld.relations.indices)
    return [
      Behaviour("states", "the state of a city", required: 0.99) { [lexicon, world] random in
        lexicon.trial(world.firstHop(random.pick(world.cities)))
      },
      Behaviour("second hops", "the capital, river, flower, bird or coin of a state", required: 0.99) {
        [lexicon, world] random in
        let state = Int.random(in: TwoHopWorld.states.indices, using: &random)
        return lexicon.trial(world.secondHop(state: state, relation: random.pick(relations)))
      },
      Behaviour(
        "compositions",
        "the same of the state of a city that training never shows in a composition",
        required: 0.95
      ) { [lexicon, world] random in
        lexicon.trial(world.composition(random.pick(world.heldOut), relation: random.pick(relations)))
      },
    ]
  }

  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    let city = random.pick(world.cities)
    let relation = Int.random(in: TwoHopWorld.relations.indices, using: &random)
    let (prompt, answer) = world.composition(city, relation: relation)
    let tokens = lexicon.prompt(prompt)
    let end = tokens.count - 1
    return KeyedPrompt(
      circuit: circuit, tokens: tokens, answer: lexicon[answer],
      variables: [
        KeyVariable("relation", .input, TwoHopWorld.relations[relation], at: [2]),
        KeyVariable("first", .input, city.first, at: [end - 2]),
        KeyVariable("last", .input, city.last, at: [end - 1]),
        KeyVariable("state", .intermediate, TwoHopWorld.states[city.state], at: [end - 1, end]),
        KeyVariable("answer", .answer, answer, at: [end]),
      ],
      edges: [
        KeyEdge("first", "state"), KeyEdge("last", "state"), KeyEdge("state", "answer"),
        KeyEdge("relation", "answer"),
      ])
  }
}
