import Attribution
import Calibrations
import CircuitGraphs
import Evaluations
import ReplacementModels
import Tokenizers
import Transcoders
import Transformers

/// Measures one prompt: traces it, groups its nodes, changes what the study asks for.
struct PromptTrial {
  let plan: StudyPlan
  let prompt: StudyPrompt
  let members: PromptMembers

  init(_ plan: StudyPlan, _ prompt: StudyPrompt) {
    self.plan = plan
    self.prompt = prompt
    members = PromptMembers(plan, prompt)
  }

  func result() throws -> PromptResult {
    var result = PromptResult()
    if plan.isTraced(prompt.set) { result.graph = try graphResult() }
    let interventions = plan.interventions(on: prompt.set)
    guard !interventions.isEmpty else { return result }
    let trial = try EffectTrial(plan, prompt, members)
    for intervention in interventions {
      result.effects[intervention.name] = try trial.effect(of: intervention)
    }
    return result
  }

  private func graphResult() throws -> PromptResult.GraphResult {
    let graph = try graph()
    let pruned = graph.prune(nodeThreshold: plan.study.graph.nodes, edgeThreshold: plan.study.graph.edges)
    let scores = GraphScores(graph)
    let names = plan.study.supernodes.map(\.name)
    let kept = names.map { nodes(of: $0, in: graph).filter { pruned.isKept[$0] } }
    return PromptResult.GraphResult(
      replacement: scores.replacement, completeness: scores.completeness,
      features: graph.layout.features.count,
      nodes: Dictionary(uniqueKeysWithValues: zip(names, kept.map(\.count))),
      layers: Dictionary(
        uniqueKeysWithValues: zip(names, kept).filter { !$1.isEmpty }.map {
          ($0, layer(of: $1, graph.layout))
        }),
      edges: edges(pruned, names, kept), around: around(graph), beats: beats(graph))
  }

  /// The graph of the answer, and of the outputs that the study names.
  private func graph() throws -> AttributionGraph {
    let tokens = members.targets(prompt)
    let targets = { (logits: [Float]) in
      let chooser = TargetChooser(plan.transformer, logits: logits) { plan.subject.model.tokenizer.piece($0) }
      return tokens.isEmpty ? chooser.salient(count: 1, mass: 0) : chooser.tokens(tokens)
    }
    let model = try plan.subject.basis.replacementModel(
      of: plan.transformer, tokens: prompt.tokens, neuronCount: 4 * plan.study.graph.features,
      targets: targets)
    let options = AttributionOptions(maxFeatureNodes: plan.study.graph.features)
    return try Attributor(options: options).attribute(model, targets: targets(model.logits)).graph
  }

  /// The indices of a supernode's nodes.
  private func nodes(of name: String, in graph: AttributionGraph) -> [Int] {
    members.nodes(of: name, in: graph)
  }

  /// Whether supernodes do more in the whole graph than as many other features that are about as active at the same positions,
  /// for each hypothesis that asks.
  ///
  /// Of a supernode alone the mean influence of its nodes counts; of an edge its weight, with other features in the place of
  /// its source, or of its target where the source has none.
  private func beats(_ graph: AttributionGraph) -> [String: Bool] {
    var result: [String: Bool] = [:]
    let influence = graph.influence()
    for hypothesis in plan.study.hypotheses
    where hypothesis.prompts == prompt.set && hypothesis.isAgainstRandom {
      switch hypothesis.test {
      case .exists(let name, _):
        let (own, rivals) = (nodes(of: name, in: graph), self.rivals(of: name, graph.layout))
        let mean = { (nodes: [Int]) in
          nodes.reduce(0) { $0 + influence[$1] } / Double(max(1, nodes.count))
        }
        result[hypothesis.name] = mean(own) > mean(rivals)
      case .edge(let from, let to, let sign, _):
        let isSource = members.features[from] != nil
        let (own, other) = (nodes(of: from, in: graph), nodes(of: to, in: graph))
        let weight = Double(sign) * edge(own, other, graph)
        let rival =
          isSource
          ? edge(rivals(of: from, graph.layout), other, graph)
          : edge(own, rivals(of: to, graph.layout), graph)
        result[hypothesis.name] = weight > max(0, Double(sign) * rival)
      default: break
      }
    }
    return result
  }

  private func rivals(of name: String, _ layout: NodeLayout) -> [Int] {
    layout.indices(of: members.rivals(of: name, plan))
  }

  /// The share of what the target's nodes get that comes from the source's, signed; nodes of both belong to the target.
  private func edge(_ source: [Int], _ target: [Int], _ graph: AttributionGraph) -> Double {
    let source = source.filter { !target.contains($0) }
    return graph.edges(among: [source, target]).first { $0.source == 0 && $0.target == 1 }?.weight ?? 0
  }

  private func layer(of nodes: [Int], _ layout: NodeLayout) -> Double {
    let layers = nodes.map { node -> Double in
      switch layout.node(at: node) {
      case .feature(let feature): Double(feature.layer)
      case .error(let layer, _): Double(layer)
      case .token: -1
      case .logit: Double(layout.layerCount)
      }
    }
    return layers.reduce(0, +) / Double(max(1, layers.count))
  }

  /// The edges among supernodes; a node of several belongs to the first of them.
  private func edges(_ pruned: PrunedGraph, _ names: [String], _ nodes: [[Int]]) -> [PromptResult.Edge] {
    var taken: Set<Int> = []
    let groups = nodes.map { $0.filter { taken.insert($0).inserted } }
    return pruned.edges(among: groups).map {
      .init(from: names[$0.source], to: names[$0.target], weight: $0.weight)
    }
  }

  /// How much of what comes from a supernode avoids another one, for each hypothesis that asks.
  private func around(_ graph: AttributionGraph) -> [String: Double] {
    var result: [String: Double] = [:]
    let influence = graph.influence()
    for hypothesis in plan.study.hypotheses where hypothesis.prompts == prompt.set {
      guard case .around(let middle, let source, _) = hypothesis.test else { continue }
      var isBlocked = [Bool](repeating: false, count: graph.layout.count)
      for node in nodes(of: middle, in: graph) { isBlocked[node] = true }
      let avoiding = graph.influence(avoiding: isBlocked)
      let sources = nodes(of: source, in: graph)
      let all = sources.reduce(0) { $0 + influence[$1] }
      if all > 0 { result[hypothesis.name] = sources.reduce(0) { $0 + avoiding[$1] } / all }
    }
    return result
  }
}
