import LinearAlgebra

extension Couplets {
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    let (rhymed, planned) = world.pair(isHeldOut: false, &random)
    let first = world.firstLine(rhymed, &random)
    switch circuit {
    case "line break": return lineBreak(first, rhymed, planned)
    case "plan": return second([planned.opening], planned.verb, first, rhymed, planned)
    case "rhyme":
      return second([planned.opening, planned.verb, planned.colour], planned.word, first, rhymed, planned)
    default: preconditionFailure("no circuit \(circuit)")
    }
  }

  /// The place of the rhymed word, behind `<s> the SUBJECT ACT the KIND`.
  private static let rhymedPlace = 6

  private func family(_ rhymed: CoupletWorld.RhymeWord, through end: Int) -> [KeyVariable] {
    [
      KeyVariable("rhymed", .input, rhymed.word, at: [Self.rhymedPlace]),
      KeyVariable(
        "family", .intermediate, CoupletWorld.endings[rhymed.family], at: Array(Self.rhymedPlace...end)),
    ]
  }

  /// At the line break every rhyme is a candidate; the answer stands for one of them.
  private func lineBreak(
    _ first: String, _ rhymed: CoupletWorld.RhymeWord, _ planned: CoupletWorld.RhymeWord
  ) -> KeyedPrompt {
    let tokens = lexicon.prompt(first)
    let end = tokens.count - 1
    let names = (1..<CoupletWorld.families[0].count).map { "candidate \($0)" }
    let rhymes = [planned] + world.rhymes(of: rhymed).filter { $0 != planned }
    return KeyedPrompt(
      circuit: "line break", tokens: tokens, answer: lexicon[planned.opening],
      variables: family(rhymed, through: end)
        + zip(names, rhymes).map { KeyVariable($0, .intermediate, $1.word, at: [end - 1, end]) }
        + [KeyVariable("answer", .answer, planned.opening, at: [end])],
      edges: [KeyEdge("rhymed", "family")] + names.map { KeyEdge("family", $0) }
        + [KeyEdge(names[0], "answer")])
  }

  /// Within line two the words written so far and the family tell which rhyme is planned.
  private func second(
    _ written: [String], _ answer: String, _ first: String, _ rhymed: CoupletWorld.RhymeWord,
    _ planned: CoupletWorld.RhymeWord
  ) -> KeyedPrompt {
    let tokens = lexicon.prompt(([first] + written).joined(separator: " "))
    let end = tokens.count - 1
    let opening = end - written.count + 1
    return KeyedPrompt(
      circuit: written.count == 1 ? "plan" : "rhyme", tokens: tokens, answer: lexicon[answer],
      variables: family(rhymed, through: end) + [
        KeyVariable("opening", .input, planned.opening, at: [opening]),
        KeyVariable("planned", .intermediate, planned.word, at: Array(opening...end)),
        KeyVariable("answer", .answer, answer, at: [end]),
      ],
      edges: [
        KeyEdge("rhymed", "family"), KeyEdge("family", "planned"), KeyEdge("opening", "planned"),
        KeyEdge("planned", "answer"),
      ])
  }
}
