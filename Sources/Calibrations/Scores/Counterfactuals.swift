import Specimens

/// What the generator of a specimen says would be if a variable had another value.
struct Counterfactuals: Sendable {
  /// What the key says about an answer when a variable is changed.
  enum Consequence: Sendable, Hashable {
    /// The answer is another one.
    case changes
    /// The answer is the key's.
    case stays
  }

  private let candidates: [String: [KeyedPrompt]]

  /// Generates fresh prompts to look among.
  ///
  /// - Parameter count: How many of each circuit.
  init(_ specimen: any Specimen, count: Int, seed: UInt64) {
    candidates = Dictionary(
      uniqueKeysWithValues: specimen.circuits.map { circuit in
        (circuit, (0..<count).map { specimen.keyedPrompt(circuit, index: $0, seed: seed) })
      })
  }

  /// The prompts of the same circuit in which the variable has another value, and everything that acts on the answer without
  /// passing through it has the same: what acts here has the value there, and what acts there has it here.
  func alternatives(to prompt: KeyedPrompt, in variable: KeyVariable) -> [KeyedPrompt] {
    let fixed = prompt.causes(besides: variable.name)
    let agrees = { (causes: [KeyVariable], prompt: KeyedPrompt) in
      causes.allSatisfy { prompt.variable($0.name)?.value == $0.value }
    }
    return (candidates[prompt.circuit] ?? []).filter { candidate in
      guard let there = candidate.variable(variable.name), there.value != variable.value,
        there.positions.count == variable.positions.count
      else { return false }
      return agrees(fixed, candidate) && agrees(candidate.causes(besides: variable.name), prompt)
    }
  }

  /// What follows for the answer from a variable's value not being there.
  ///
  /// Alternatives decide when all of them agree. Where there is none, the signs of the key do: what brings the answer about
  /// takes it away, what holds it down lets it come. Nil where neither tells.
  func consequence(of variable: KeyVariable, in prompt: KeyedPrompt, _ alternatives: [KeyedPrompt])
    -> Consequence?
  {
    guard !alternatives.isEmpty else {
      return prompt.netSign(of: variable.name).map { $0 > 0 ? .changes : .stays }
    }
    let kept = alternatives.count { $0.answer == prompt.answer }
    return kept == 0 ? .changes : kept == alternatives.count ? .stays : nil
  }
}
