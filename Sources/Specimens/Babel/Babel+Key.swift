import LinearAlgebra
import SpecimenTraining

extension Babel {
  public func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    switch circuit {
    case "antonym":
      let fact = BabelWorld.fact(.antonym, isHeldOut: false, &random)
      return sentence(
        fact, circuit, asked: fact.tongue.grammar[1],
        concept: Tongue.english.adjectives[fact.concept], result: Tongue.english.adjectives[fact.concept ^ 1])
    case "colour":
      let fact = BabelWorld.fact(.colour, isHeldOut: false, &random)
      return sentence(
        fact, circuit, asked: fact.tongue.grammar[2],
        concept: Tongue.english.things[fact.concept], result: Tongue.english.colours[fact.concept / 3])
    case "translation": return translation(BabelWorld.fact(.translation, isHeldOut: false, &random))
    default: preconditionFailure("no circuit \(circuit)")
    }
  }

  /// Word → concept → opposite or colour, which the language of the sentence then turns into a word.
  private func sentence(
    _ fact: BabelWorld.Fact, _ circuit: String, asked: String, concept: String, result: String
  ) -> KeyedPrompt {
    let tokens = lexicon.prompt(fact.prompt)
    let end = tokens.count - 1
    let word = fact.tongue == .chinese ? 1 : end - 1
    let relation = tokens.firstIndex(of: lexicon[asked]) ?? 0
    return KeyedPrompt(
      circuit: circuit, tokens: tokens, answer: lexicon[fact.answer],
      variables: [
        KeyVariable("relation", .input, circuit, at: [relation]),
        KeyVariable("word", .input, lexicon.vocabulary.words[tokens[word]], at: [word]),
        KeyVariable("language", .intermediate, fact.tongue.mark, at: Array(1...end)),
        KeyVariable("concept", .intermediate, concept, at: Array(word...end)),
        KeyVariable("result", .intermediate, result, at: Array(max(word, relation)...end)),
        KeyVariable("answer", .answer, fact.answer, at: [end]),
      ],
      edges: [
        KeyEdge("word", "concept"), KeyEdge("concept", "result"), KeyEdge("relation", "result"),
        KeyEdge("word", "language"), KeyEdge("relation", "language"), KeyEdge("result", "answer"),
        KeyEdge("language", "answer"),
      ])
  }

  /// Word → concept, which the language that is asked for turns into a word.
  private func translation(_ fact: BabelWorld.Fact) -> KeyedPrompt {
    let tokens = lexicon.prompt(fact.prompt)
    let english = Tongue.english
    let concept = (english.adjectives + english.colours + english.things)[fact.concept]
    return KeyedPrompt(
      circuit: "translation", tokens: tokens, answer: lexicon[fact.answer],
      variables: [
        KeyVariable("word", .input, lexicon.vocabulary.words[tokens[2]], at: [2]),
        KeyVariable("language", .input, fact.answerTongue.mark, at: [3]),
        KeyVariable("concept", .intermediate, concept, at: [2, 3]),
        KeyVariable("answer", .answer, fact.answer, at: [3]),
      ],
      edges: [
        KeyEdge("word", "concept"), KeyEdge("concept", "answer"), KeyEdge("language", "answer"),
      ])
  }
}
