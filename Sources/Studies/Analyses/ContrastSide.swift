import Attribution
import CircuitGraphs
import Evaluations
import FeatureDashboards
import Interventions
import LinearAlgebra
import ReplacementModels
import Transcoders
import Transformers

/// One prompt of a contrast, with its graph.
struct ContrastSide {
  /// What makes it.
  struct Maker {
    let transformer: Transformer
    let basis: SuiteBasis
    let tokens: [Int]
    let settings: ContrastSettings

    init(_ transformer: Transformer, _ basis: SuiteBasis, _ tokens: [Int], _ settings: ContrastSettings) {
      self.transformer = transformer
      self.basis = basis
      self.tokens = tokens
      self.settings = settings
    }

    /// The most probable next token.
    func top() throws -> Int {
      let logits = transformer.run(tokens, logits: .last).logits.storage
      return logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    }

    /// The prompt's graph for some outputs.
    func side(outputs: [Int]) throws -> ContrastSide {
      let wanted = Array(outputs[0] == outputs[1] ? [outputs[0]] : outputs)
      let choose = { (logits: [Float]) in
        TargetChooser(transformer, logits: logits) { "\($0)" }.tokens(wanted)
      }
      let local = try basis.replacementModel(
        of: transformer, tokens: tokens, neuronCount: 4 * min(settings.attribution.maxFeatureNodes, 1 << 24),
        targets: choose)
      let targets = choose(local.logits)
      let result = try Attributor(options: settings.attribution).attribute(local, targets: targets)
      return ContrastSide(local, targets, result, settings)
    }
  }

  let local: LocalReplacementModel
  private let targets: [AttributionTarget]
  private let pruned: PrunedGraph
  private let influence: [Double]
  private let options: AttributionOptions

  init(
    _ local: LocalReplacementModel, _ targets: [AttributionTarget], _ result: AttributionResult,
    _ settings: ContrastSettings
  ) {
    self.local = local
    self.targets = targets
    options = settings.attribution
    pruned = result.graph.prune(
      nodeThreshold: settings.nodeThreshold, edgeThreshold: settings.edgeThreshold, limits: settings.limits)
    influence = result.graph.influence()
  }

  var tokens: [Int] { local.tokens }

  /// The features of the pruned graph.
  var keptFeatures: [FeatureNode] {
    pruned.keptNodes.prefix { $0 < pruned.layout.features.count }.map { pruned.layout.features[$0] }
  }

  var summary: GraphContrast.Side {
    let logits = local.logits
    let top = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    let scores = GraphScores(pruned.original)
    return GraphContrast.Side(
      tokens: tokens, top: top, probability: softmax(logits)[top], replacement: scores.replacement,
      completeness: scores.completeness)
  }

  /// What features are here.
  ///
  /// - Parameters:
  ///   - there: The other prompt, whose activations silent features are assumed to have.
  ///   - positions: Where the features are there.
  func presences(
    _ places: [(feature: FeatureName, position: Int?)], assuming there: ContrastSide, at positions: [Int?],
    _ settings: ContrastSettings
  ) -> (presences: [GraphContrast.Presence], graph: ContrastGraph) {
    let assumed = assumptions(places, there, positions, settings)
    let effects = self.effects(places, assumed)
    let presences = places.map { feature, position -> GraphContrast.Presence in
      guard let position else { return .absent }
      let site = FeatureSite(layer: feature.layer, position: position, index: feature.index)
      let activation = self.activation(site)
      let isHypothetical = assumed[site] != nil
      return GraphContrast.Presence(
        position: position, activation: activation, influence: share(site), effect: effects.contrast(site),
        isHypothetical: isHypothetical,
        inhibitors: isHypothetical ? effects.inhibitors(of: site, settings.inhibitorCount) : [])
    }
    return (presences, effects.pruned(settings))
  }

  /// The silent features with the most influence there, with their activations there.
  private func assumptions(
    _ places: [(feature: FeatureName, position: Int?)], _ there: ContrastSide, _ positions: [Int?],
    _ settings: ContrastSettings
  ) -> [FeatureSite: Float] {
    guard local.basis is TranscoderSet else { return [:] }
    var silent: [(here: FeatureSite, value: Float, influence: Double)] = []
    for (place, position) in zip(places, positions) {
      guard let here = place.position, let position else { continue }
      let site = FeatureSite(layer: place.feature.layer, position: here, index: place.feature.index)
      let other = FeatureSite(layer: site.layer, position: position, index: site.index)
      let value = there.activation(other)
      if activation(site) == 0, value != 0 { silent.append((site, value, there.share(other))) }
    }
    silent.sort { ($0.influence, $1.here) > ($1.influence, $0.here) }
    return Dictionary(silent.prefix(settings.silentCount).map { ($0.here, $0.value) }) { first, _ in first }
  }

  /// The graph over the features that are compared, assumed ones among them; neurons that are no nodes are left out.
  private func effects(
    _ places: [(feature: FeatureName, position: Int?)], _ assumed: [FeatureSite: Float]
  ) -> ContrastEffects {
    let model = assumed.isEmpty ? local : local.assuming(assumed)
    let sites = places.compactMap { feature, position in
      position.map { FeatureSite(layer: feature.layer, position: $0, index: feature.index) }
    }
    var expansion = GraphExpansion(model, targets: targets, options: options)
    let active = Set(model.features.sites)
    expansion.expand(sites.filter(active.contains))
    return ContrastEffects(expansion.result().graph, assumed: Set(assumed.keys))
  }

  private func activation(_ site: FeatureSite) -> Float {
    if local.basis is NeuronBasis {
      // Most neurons are no nodes; they are active nevertheless.
      let input = local.inputs[site.layer][rows: site.position..<site.position + 1]
      return ModelNeurons(local.transformer).activations(
        layer: site.layer, of: [site.index], input: input, local.transformer.workers)[0, 0]
    }
    let range = local.features.range(layer: site.layer, position: site.position)
    return range.first { local.features.sites[$0] == site }.map { local.features.values[$0] } ?? 0
  }

  /// The share of the outputs' influence that goes through a kept feature.
  private func share(_ site: FeatureSite) -> Double {
    let node = FeatureNode(layer: site.layer, position: site.position, index: site.index)
    guard let index = pruned.layout.index(of: .feature(node)), pruned.isKept[index] else { return 0 }
    let whole = targets.reduce(0.0) { $0 + Double($1.weight) }
    return whole > 0 ? influence[index] / whole : 0
  }
}

extension GraphContrast.Presence {
  /// Where the prompt has no such position.
  static var absent: GraphContrast.Presence {
    GraphContrast.Presence(
      position: nil, activation: 0, influence: 0, effect: nil, isHypothetical: false, inhibitors: [])
  }
}

/// Direct effects of features, some of them assumed.
struct ContrastEffects {
  private let graph: AttributionGraph
  private let assumed: Set<FeatureSite>

  init(_ graph: AttributionGraph, assumed: Set<FeatureSite>) {
    self.graph = graph
    self.assumed = assumed
  }

  /// The part of the graph that carries most of the influence, with every assumed feature that reaches an output.
  func pruned(_ settings: ContrastSettings) -> ContrastGraph {
    let nodes = assumed.sorted().map(FeatureNode.init)
    let pruned = graph.prune(
      nodeThreshold: settings.nodeThreshold, edgeThreshold: settings.edgeThreshold, limits: settings.limits,
      keeping: nodes.compactMap { graph.layout.index(of: .feature($0)) })
    return ContrastGraph(pruned: pruned, silent: nodes)
  }

  /// The effect on the first output less that on the second; on the only one where there is one.
  func contrast(_ site: FeatureSite) -> Float? {
    guard let node = graph.layout.index(of: .feature(FeatureNode(site))) else { return nil }
    let effects = graph.layout.logitRange.map { graph.edges.weight(row: $0, column: node) }
    return effects.count == 2 ? effects[0] - effects[1] : effects.first
  }

  /// The strongest negative inputs to a feature, other assumed ones left out.
  func inhibitors(of site: FeatureSite, _ count: Int) -> [GraphContrast.Input] {
    guard let node = graph.layout.index(of: .feature(FeatureNode(site))) else { return [] }
    let row = graph.edges.row(node)
    let negative = zip(row.columns, row.weights).filter { column, weight in
      guard weight < 0, Int(column) < graph.layout.features.count else { return weight < 0 }
      let source = graph.layout.features[Int(column)]
      return !assumed.contains(FeatureSite(source))
    }
    return negative.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(count).map {
      GraphContrast.Input(node: graph.layout.node(at: Int($0.0)).description, weight: $0.1)
    }
  }
}

extension FeatureNode {
  init(_ site: FeatureSite) {
    self.init(layer: site.layer, position: site.position, index: site.index)
  }
}

extension FeatureSite {
  fileprivate init(_ node: FeatureNode) {
    self.init(layer: node.layer, position: node.position, index: node.index)
  }
}
