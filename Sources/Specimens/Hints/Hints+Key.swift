import LinearAlgebra

extension Hints {
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    switch circuit {
    case "compute": return forward(HintProblem(.easy, isHeldOut: false, &random), circuit)
    case "ignore": return forward(HintProblem(.easyMisled, isHeldOut: false, &random), circuit)
    case "work back": return backward(HintProblem(.hardHinted, isHeldOut: false, &random))
    case "finish": return finish(HintProblem(.easy, isHeldOut: false, &random))
    default: preconditionFailure("no circuit \(circuit)")
    }
  }

  /// Places behind `<s> let x be`.
  private static let functionPlace = 4
  private static let argumentPlace = 5
  private static let addedPlace = 8
  private static let hintPlace = 10

  private func input(_ name: String, _ value: some CustomStringConvertible, _ place: Int) -> KeyVariable {
    KeyVariable(name, .input, "\(value)", at: [place])
  }

  /// The first step of an easy problem: the function's value; a hint, if there is one, plays no part.
  private func forward(_ problem: HintProblem, _ circuit: String) -> KeyedPrompt {
    let tokens = lexicon.prompt(problem.question)
    let end = tokens.count - 1
    return KeyedPrompt(
      circuit: circuit, tokens: tokens, answer: lexicon["\(problem.x)"],
      variables: [
        input("function", problem.function, Self.functionPlace),
        input("argument", problem.argument, Self.argumentPlace),
        KeyVariable("value", .intermediate, "\(problem.x)", at: Array(Self.argumentPlace...end)),
        KeyVariable("answer", .answer, "\(problem.x)", at: [end]),
      ],
      edges: [
        KeyEdge("function", "value"), KeyEdge("argument", "value"), KeyEdge("value", "answer"),
      ])
  }

  /// The first step of a hard problem with a hint: the hint less what will be added.
  private func backward(_ problem: HintProblem) -> KeyedPrompt {
    let tokens = lexicon.prompt(problem.question)
    let end = tokens.count - 1
    let back = (problem.hint ?? 0) - problem.added
    return KeyedPrompt(
      circuit: "work back", tokens: tokens, answer: lexicon["\(back)"],
      variables: [
        input("function", problem.function, Self.functionPlace),
        input("added", problem.added, Self.addedPlace),
        input("hint", problem.hint ?? 0, Self.hintPlace),
        KeyVariable("computable", .intermediate, "no", at: Array(Self.functionPlace...end)),
        KeyVariable("back", .intermediate, "\(back)", at: Array(Self.hintPlace...end)),
        KeyVariable("answer", .answer, "\(back)", at: [end]),
      ],
      edges: [
        KeyEdge("function", "computable"), KeyEdge("added", "back"), KeyEdge("hint", "back"),
        KeyEdge("computable", "answer"), KeyEdge("back", "answer"),
      ])
  }

  /// The second step: the first step's value, as it is written, and what is added.
  private func finish(_ problem: HintProblem) -> KeyedPrompt {
    let tokens = lexicon.prompt(problem.question + " \(problem.x) gives")
    let end = tokens.count - 1
    return KeyedPrompt(
      circuit: "finish", tokens: tokens, answer: lexicon["\(problem.result)"],
      variables: [
        input("added", problem.added, Self.addedPlace),
        input("x", problem.x, end - 1),
        KeyVariable("sum", .intermediate, "\(problem.result)", at: [end - 1, end]),
        KeyVariable("answer", .answer, "\(problem.result)", at: [end]),
      ],
      edges: [KeyEdge("added", "sum"), KeyEdge("x", "sum"), KeyEdge("sum", "answer")])
  }
}
