import LinearAlgebra

/// The answer key of `boolean`, whose edges have exact weights.
///
/// An edge's weight is what its source contributes to the target's activation in the graph of the model's neurons, whose read
/// direction halves the product: ½ · (silu(g) / g) · u along the gate, ½ · silu(g) along the other factor. A neuron of the key
/// is 1. So a copy takes 1 from the literal it copies (½ through the gate, ½ through the other factor); a neuron that needs two
/// literals takes ½ from each; of a neuron that needs one of two, each of the n that hold gives ½ / n + ½ · silu(2n) · β, and
/// the question's mark ½ · silu(2n) · α. A logit takes its unembedding row less the mean row.
///
/// A key has every variable that the asked one or the doubt is computed from, whatever the inputs are. Where one side decides a
/// gate there is no edge from the other side, and where nothing is doubted none from the doubt to the answer: those variables
/// have values but do not act on the answer of that prompt.
extension Boolean {
  func keyedPrompt(_ circuit: String, index: Int, seed: UInt64) -> KeyedPrompt {
    var random = SplitMix64(index, seed: seed)
    return keyedPrompt(circuit, inputs: Self.inputs(Int.random(in: 0..<16, using: &random)))
  }

  /// The prompt of a question and inputs, with its key.
  func keyedPrompt(_ name: String, inputs: [Bool]) -> KeyedPrompt {
    guard let number = circuit.questions.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("no circuit \(name)")
    }
    let asked = circuit.questions[number].variable
    let values = circuit.values(inputs)
    let needed = ancestors(of: [asked, BooleanCircuit.doubt])
    let answer = values[asked] ? "yes" : "no"
    return KeyedPrompt(
      circuit: name, tokens: lexicon.prompt(Self.text(inputs, name)), answer: lexicon[answer],
      variables: variables(inputs, values, number, needed),
      edges: needed.flatMap { edges(into: $0, values) }
        + lastEdges(asked, isDoubted: values[BooleanCircuit.doubt]))
  }

  private static let end = promptLength - 1
  private static let doubtName = "doubt"
  private static let replyName = "reply"

  private func variables(_ inputs: [Bool], _ values: [Bool], _ question: Int, _ needed: [Int])
    -> [KeyVariable]
  {
    let end = [Self.end]
    let reply = values[circuit.questions[question].variable]
    var all = BooleanCircuit.inputs.enumerated().map { index, name in
      KeyVariable(name, .input, inputs[index] ? "1" : "0", at: [index + 1])
    }
    all.append(KeyVariable("question", .input, circuit.questions[question].name, at: end))
    for variable in needed {
      let place = compiler.neuron(.init(variable: variable, isTrue: values[variable]))
      all.append(
        KeyVariable(
          circuit.variables[variable].name, .intermediate, values[variable] ? "1" : "0", at: end,
          neuron: place))
    }
    let isDoubted = values[BooleanCircuit.doubt]
    all.append(
      KeyVariable(
        Self.doubtName, .intermediate, isDoubted ? "1" : "0", at: end, neuron: compiler.doubtNeuron(isDoubted)
      ))
    all.append(
      KeyVariable(
        Self.replyName, .intermediate, reply ? "1" : "0", at: end,
        neuron: compiler.answerNeuron(question, reply)))
    all.append(KeyVariable("answer", .answer, reply ? "yes" : "no", at: end))
    return all
  }

  /// The variables from which these are computed, and themselves, in order.
  private func ancestors(of variables: [Int]) -> [Int] {
    var found = Set(variables)
    for variable in circuit.variables.indices.reversed() where found.contains(variable) {
      switch circuit.variables[variable].rule {
      case .reading: break
      case .copy(let other): found.insert(other.variable)
      case .and(let one, let other), .or(let one, let other):
        found.formUnion([one.variable, other.variable])
      }
    }
    return found.sorted()
  }

  /// The edges into the neuron of a variable that holds its value.
  private func edges(into variable: Int, _ values: [Bool]) -> [KeyEdge] {
    let child = circuit.variables[variable]
    let name = { (literal: BooleanCircuit.Literal) in circuit.variables[literal.variable].name }
    switch child.rule {
    case .reading(let input):
      return [
        KeyEdge(BooleanCircuit.inputs[input], child.name, weight: 0.5),
        KeyEdge("question", child.name, weight: 0.5),
      ]
    case .copy(let other): return [KeyEdge(name(other), child.name, weight: 1)]
    case .and(let one, let other), .or(let one, let other):
      let isConjunction = if case .and = child.rule { values[variable] } else { !values[variable] }
      guard !isConjunction else {
        return [one, other].map { KeyEdge(name($0), child.name, weight: 0.5) }
      }
      // The neuron for “one of both”: of true literals for an or that holds, of false ones for an and that does not.
      let wanted = values[variable]
      let holding = [one, other].filter { (values[$0.variable] == $0.isTrue) == wanted }
      return disjunctionEdges(holding.map(name), into: child.name)
    }
  }

  private func disjunctionEdges(_ parents: [String], into child: String) -> [KeyEdge] {
    let count = Double(parents.count)
    let half = BooleanCompiler.silu(BooleanCompiler.sharpness * count) / 2
    let (constant, each) = BooleanCompiler.disjunction
    return parents.map { KeyEdge($0, child, weight: 0.5 / count + half * each) }
      + [KeyEdge("question", child, weight: half * constant)]
  }

  /// The edges of the last layer's neurons and of the answer's logit.
  private func lastEdges(_ asked: Int, isDoubted: Bool) -> [KeyEdge] {
    let words = Double(lexicon.count)
    let raised = BooleanCompiler.certainty * (1 - 1 / words)
    let lowered = -BooleanCompiler.doubt * (1 - 2 / words)
    return [
      KeyEdge(circuit.variables[BooleanCircuit.doubt].name, Self.doubtName, weight: 0.5),
      KeyEdge("question", Self.doubtName, weight: 0.5),
      KeyEdge(circuit.variables[asked].name, Self.replyName, weight: 0.5),
      KeyEdge("question", Self.replyName, weight: 0.5), KeyEdge(Self.replyName, "answer", weight: raised),
    ] + (isDoubted ? [KeyEdge(Self.doubtName, "answer", sign: -1, weight: lowered)] : [])
  }
}
