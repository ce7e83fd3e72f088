import LinearAlgebra

extension Babel {
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    switch circuit {
    case "antonym":
      return key(BabelWorld.fact(.antonym, isMixed: false, isHeldOut: false, &random), circuit)
    case "colour":
      return key(BabelWorld.fact(.colour, isMixed: false, isHeldOut: false, &random), circuit)
    case "translation":
      return key(BabelWorld.fact(.translation, isMixed: true, isHeldOut: false, &random), circuit)
    default: preconditionFailure("no circuit \(circuit)")
    }
  }

  /// Word → concept → what is asked about it, which the language of the sentence turns into a word.
  ///
  /// The sentence's frame tells both what is asked and the language; concepts are called by their English words.
  private func key(_ fact: BabelWorld.Fact, _ circuit: String) -> KeyedPrompt {
    let tokens = lexicon.prompt(fact.prompt)
    let end = tokens.count - 1
    let asked = fact.meaning(in: fact.word)
    let frameWord = fact.tongue.frameWords[fact.relation.rawValue]
    let word = tokens.firstIndex(of: lexicon[asked]) ?? end
    let frame = tokens.firstIndex(of: lexicon[frameWord]) ?? end
    return KeyedPrompt(
      circuit: circuit, tokens: tokens, answer: lexicon[fact.answer],
      variables: [
        KeyVariable("frame", .input, frameWord, at: [frame]),
        KeyVariable("word", .input, asked, at: [word]),
        KeyVariable("language", .intermediate, fact.tongue.mark, at: Array(frame...end)),
        KeyVariable("concept", .intermediate, fact.meaning(in: .english), at: Array(word...end)),
        KeyVariable("result", .intermediate, fact.result(in: .english), at: Array(max(word, frame)...end)),
        KeyVariable("answer", .answer, fact.answer, at: [end]),
      ],
      edges: [
        KeyEdge("frame", "language"), KeyEdge("word", "concept"), KeyEdge("concept", "result"),
        KeyEdge("frame", "result"), KeyEdge("result", "answer"), KeyEdge("language", "answer"),
      ])
  }
}
