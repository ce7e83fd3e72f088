import LinearAlgebra

extension Names {
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    switch circuit {
    case "known": return known(world.question(random.pick(world.known), &random))
    case "unknown", "familiar":
      let isRecognised = circuit == "familiar"
      let person = random.pick(isRecognised ? world.familiar : world.unseen)
      return factless(circuit, isRecognised: isRecognised, world.question(person, &random))
    default: preconditionFailure("no circuit \(circuit)")
    }
  }

  /// The name and what is asked for; the name ends two places before the end.
  private func inputs(_ question: NameWorld.Question, _ tokens: [Int]) -> [KeyVariable] {
    let end = tokens.count - 1
    let relation = NameWorld.relations[question.relation]
    let place = tokens.firstIndex(of: lexicon[relation]) ?? 0
    return [
      KeyVariable("relation", .input, relation, at: [place]),
      KeyVariable("first", .input, question.person.first, at: [end - 2]),
      KeyVariable("last", .input, question.person.last, at: [end - 1]),
    ]
  }

  private func recognised(_ value: String, _ tokens: [Int]) -> KeyVariable {
    KeyVariable("recognised", .intermediate, value, at: [tokens.count - 2, tokens.count - 1])
  }

  /// A known person: both names together tell who it is, and that has a fact.
  private func known(_ question: NameWorld.Question) -> KeyedPrompt {
    let tokens = lexicon.prompt(question.text)
    let end = tokens.count - 1
    let person = "\(question.person.first) \(question.person.last)"
    return KeyedPrompt(
      circuit: "known", tokens: tokens, answer: lexicon[question.answer],
      variables: inputs(question, tokens) + [
        KeyVariable("person", .intermediate, person, at: [end - 1, end]),
        recognised("yes", tokens), KeyVariable("answer", .answer, question.answer, at: [end]),
      ],
      edges: [
        KeyEdge("first", "person"), KeyEdge("last", "person"), KeyEdge("first", "recognised"),
        KeyEdge("last", "recognised"), KeyEdge("person", "answer"), KeyEdge("relation", "answer"),
      ])
  }

  /// A name without facts and the default “i” as the answer: nothing holds it down where the name is unknown; where it is familiar
  /// it is held down, which is the misfire.
  private func factless(_ circuit: String, isRecognised: Bool, _ question: NameWorld.Question) -> KeyedPrompt
  {
    let tokens = lexicon.prompt(question.text)
    return KeyedPrompt(
      circuit: circuit, tokens: tokens, answer: lexicon["i"],
      variables: inputs(question, tokens) + [
        recognised(isRecognised ? "yes" : "no", tokens),
        KeyVariable("answer", .answer, "i", at: [tokens.count - 1]),
      ],
      edges: [
        KeyEdge("first", "recognised"), KeyEdge("last", "recognised"),
        KeyEdge("recognised", "answer", sign: isRecognised ? -1 : 1),
      ])
  }
}
