import Attribution
import CircuitGraphs
import Interventions
import ReplacementModels
import Specimens
import Transformers

extension ExactEdges {
  /// The tolerance within which an exactly known weight counts as found.
  public static let tolerance = 1e-4

  /// Compares the exactly known edges of a key with the graph of the model's neurons; nil where the key knows none.
  ///
  /// 1. All neurons become features, also those without an effect on the answer: besides the answer they are chosen for a
  ///    direction that reads every dimension.
  /// 2. An edge's weight is the entry of the graph from the source's neuron (an input's tokens) to the target's neuron (the
  ///    answer's logit), each at its last position.
  init?(_ prompt: KeyedPrompt, of transformer: Transformer) throws {
    let exact = prompt.edges.filter { $0.weight != nil }
    guard !exact.isEmpty else { return nil }
    // 1.
    let width = transformer.configuration.dModel
    let everything = OutputReading(direction: (0..<width).map { 1 + Float($0) / Float(width) }, weight: 1)
    let model = LocalReplacementModel(neuronsOf: transformer, count: .max / 8, tokens: prompt.tokens) { _ in
      [everything]
    }
    let targets = TargetChooser(transformer, logits: model.logits) { String($0) }.tokens([prompt.answer])
    let graph = try Attributor(options: AttributionOptions(maxFeatureNodes: .max, coverage: nil))
      .attribute(model, targets: targets).graph
    // 2.
    found = Rate(successes: 0, trials: 0)
    largestDeviation = 0
    for edge in exact {
      guard let source = prompt.variable(edge.from), let target = prompt.variable(edge.to),
        let weight = edge.weight
      else { continue }
      let rows = graph.nodes(of: target)
      let value = graph.nodes(of: source).reduce(0.0) { sum, column in
        rows.reduce(sum) { $0 + Double(graph.edges.weight(row: $1, column: column)) }
      }
      found.add(value != 0 && abs(value - weight) <= Self.tolerance)
      largestDeviation = max(largestDeviation, abs(value - weight))
    }
  }
}

extension AttributionGraph {
  /// The nodes that are a variable of a compiled model; none where the graph has not got them.
  fileprivate func nodes(of variable: KeyVariable) -> [Int] {
    if let neuron = variable.neuron, let position = variable.positions.last {
      let node = Node.feature(FeatureNode(layer: neuron.layer, position: position, index: neuron.index))
      return layout.index(of: node).map { [$0] } ?? []
    }
    switch variable.role {
    case .input: return variable.positions.map { layout.tokenRange.lowerBound + $0 }
    case .intermediate: return []
    case .answer: return [layout.logitRange.lowerBound]
    }
  }
}
