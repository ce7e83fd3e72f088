package import CircuitGraphs
import Interventions
import Specimens

/// Scores one prompt's graph against its key.
struct GraphFindings {
  let prompt: KeyedPrompt
  let pruned: PrunedGraph
  /// The influence of each node in the whole graph.
  let influence: [Double]

  init(_ prompt: KeyedPrompt, _ pruned: PrunedGraph) {
    self.prompt = prompt
    self.pruned = pruned
    influence = pruned.original.influence()
  }

  /// Adds the scores of nodes and edges.
  ///
  /// - Parameters:
  ///   - groups: The supernodes in the pruned graph.
  ///   - all: The supernodes in the whole graph.
  func score(
    _ groups: VariableGroups, whole all: VariableGroups, _ encodings: Encodings,
    into scores: inout CalibrationScores
  ) {
    let judged = Set(prompt.intermediates.filter { encodings.isJudged($0, in: prompt.circuit) }.map(\.name))
    for (place, variable) in prompt.variables.enumerated() where judged.contains(variable.name) {
      scores.found.add(!groups.encoding[place].isEmpty)
      scores.foundUnpruned.add(!all.encoding[place].isEmpty)
    }
    let features = pruned.layout.featureRange.filter { pruned.isKept[$0] }
    let known = groups.featureNodes
    scores.known += .init(successes: known.count, trials: features.count)
    let total = features.reduce(0) { $0 + influence[$1] }
    if total > 0 { scores.knownInfluence.add(known.reduce(0) { $0 + influence[$1] } / total) }
    scoreEdges(groups, into: &scores)
    if let share = bypassing(all) { scores.bypassing.add(share) }
  }

  private func scoreEdges(_ groups: VariableGroups, into scores: inout CalibrationScores) {
    let weights = Dictionary(
      uniqueKeysWithValues: pruned.edges(among: groups.members).map { ([$0.source, $0.target], $0.weight) })
    let places = Dictionary(uniqueKeysWithValues: prompt.variables.enumerated().map { ($1.name, $0) })
    for edge in prompt.edges where edge.to == prompt.answerName || prompt.reachesAnswer(edge.to) {
      guard let source = places[edge.from], let target = places[edge.to] else { continue }
      let agrees = (weights[[source, target]] ?? 0) * Double(edge.sign) > 0
      scores.edges.add(agrees)
      if !groups.members[source].isEmpty, !groups.members[target].isEmpty { scores.signs.add(agrees) }
    }
    let inputs = prompt.indirectInputs.compactMap { places[$0.name] }
    let answer = prompt.variables.count - 1
    let read = places.values.reduce(0) { $0 + abs(weights[[$1, answer]] ?? 0) }
    guard !inputs.isEmpty, read > 0 else { return }
    scores.shortcuts.add(inputs.reduce(0) { $0 + abs(weights[[$1, answer]] ?? 0) } / read)
  }

  /// The share of the indirect inputs' influence that avoids every node which encodes a computed variable.
  private func bypassing(_ all: VariableGroups) -> Double? {
    let inputs = prompt.indirectInputs
    guard !inputs.isEmpty else { return nil }
    var isBlocked = [Bool](repeating: false, count: pruned.layout.count)
    for (place, variable) in prompt.variables.enumerated() where variable.role == .intermediate {
      for node in all.encoding[place] { isBlocked[node] = true }
    }
    let around = pruned.original.influence(avoiding: isBlocked)
    let tokens = inputs.flatMap(\.positions).map { pruned.layout.tokenRange.lowerBound + $0 }
    let total = tokens.reduce(0) { $0 + influence[$1] }
    return total > 0 ? tokens.reduce(0) { $0 + around[$1] } / total : nil
  }
}

extension AttributionGraph {
  /// The influence of each node along paths that pass through no blocked node.
  ///
  /// As ``CircuitGraph/influence()``: rows are taken from the last to the first, and a blocked one hands nothing on.
  package func influence(avoiding isBlocked: [Bool]) -> [Double] {
    var influence = [Double](repeating: 0, count: layout.count)
    for (node, logit) in zip(layout.logitRange, logits) { influence[node] = Double(logit.probability) }
    for row in (0..<layout.count).reversed() where influence[row] != 0 && !isBlocked[row] {
      let entries = edges.row(row)
      let hidden = hiddenErrorMass.isEmpty ? 0 : Double(hiddenErrorMass[row])
      let sum = entries.weights.reduce(hidden) { $0 + Double($1.magnitude) }
      guard sum > 0 else { continue }
      for (column, weight) in zip(entries.columns, entries.weights) {
        influence[Int(column)] += Double(weight.magnitude) / sum * influence[row]
      }
    }
    for node in layout.logitRange { influence[node] = 0 }
    return influence
  }
}
