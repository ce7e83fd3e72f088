package import Specimens

/// What follows from the edges of an answer key.
extension KeyedPrompt {
  /// The name of the answer's variable, the last one.
  package var answerName: String { variables.last?.name ?? "" }

  /// The variables that are computed from a variable, directly or through others.
  package func descendants(of name: String) -> Set<String> {
    var found: Set<String> = [name]
    // Parents stand before children.
    for variable in variables
    where edges.contains(where: { $0.to == variable.name && found.contains($0.from) }) {
      found.insert(variable.name)
    }
    found.remove(name)
    return found
  }

  /// Whether a variable acts on the answer along edges that avoid another variable.
  package func reachesAnswer(_ name: String, avoiding avoided: String? = nil) -> Bool {
    var found: Set<String> = [name]
    for variable in variables where variable.name != avoided {
      if edges.contains(where: { $0.to == variable.name && found.contains($0.from) }) {
        found.insert(variable.name)
      }
    }
    return name != answerName && found.contains(answerName)
  }

  /// The variables that act on the answer without passing through a variable, and do not follow from it themselves.
  package func causes(besides name: String) -> [KeyVariable] {
    var acting: Set<String> = [answerName]
    // Children stand behind parents.
    for variable in variables.reversed() where variable.name != name && acting.contains(variable.name) {
      acting.formUnion(edges.lazy.filter { $0.to == variable.name }.map(\.from))
    }
    acting.subtract(descendants(of: name))
    acting.subtract([name, answerName])
    return variables.filter { acting.contains($0.name) }
  }

  /// The product of signs along the edges from a variable to the answer; nil where there is no way, or ways differ.
  package func netSign(of name: String) -> Int? {
    var signs: [String: Set<Int>] = [name: [1]]
    for variable in variables where variable.name != name {
      for edge in edges where edge.to == variable.name {
        signs[variable.name, default: []].formUnion((signs[edge.from] ?? []).map { $0 * edge.sign })
      }
    }
    let reached = signs[answerName] ?? []
    return reached.count == 1 ? reached.first : nil
  }

  /// Whether everything that acts on the answer holds it down, so that a model which is right says something else.
  package var isHeldDown: Bool {
    let into = edges.filter { $0.to == answerName }
    return !into.isEmpty && into.allSatisfy { $0.sign < 0 }
  }

  /// Whether a model whose most probable token this is answers as the key says.
  package func isAnswered(by token: Int) -> Bool { (token == answer) != isHeldDown }

  /// The computed variables that act on the answer.
  package var intermediates: [KeyVariable] {
    variables.filter { $0.role == .intermediate && reachesAnswer($0.name) }
  }

  /// The inputs that act on the answer only through computed variables.
  package var indirectInputs: [KeyVariable] {
    variables.filter { variable in
      variable.role == .input && reachesAnswer(variable.name)
        && !edges.contains { $0.from == variable.name && $0.to == answerName }
    }
  }
}
