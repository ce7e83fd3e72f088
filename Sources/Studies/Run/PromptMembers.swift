import Calibrations
import CircuitGraphs
import FeatureDashboards
import LinearAlgebra
import Transcoders
import Transformers

/// The nodes of a study's supernodes in one prompt.
struct PromptMembers {
  /// The active features of each supernode, in their order.
  private(set) var features: [String: [FeatureSite]] = [:]
  /// What each feature's activation is.
  private(set) var values: [FeatureSite: Float] = [:]
  /// The positions of each supernode of tokens.
  private(set) var tokens: [String: [Int]] = [:]
  /// The token of each output.
  private(set) var outputs: [String: Int] = [:]
  /// All that is active in the prompt.
  let active: FeatureActivations

  /// Finds the nodes.
  init(_ plan: StudyPlan, _ prompt: StudyPrompt) {
    active = plan.activity.read(prompt.tokens).features
    for rule in plan.study.supernodes {
      switch rule.kind {
      case .tokens: tokens[rule.name] = plan.relabelled(prompt.positions(rule.places), of: prompt)
      case .output(let text):
        outputs[rule.name] = prompt.text(text).flatMap { plan.subject.token(of: $0) }
      case .features(let tests): add(rule, tests, plan, prompt)
      }
    }
  }

  /// Whether a supernode has nodes.
  func isEmpty(_ name: String) -> Bool {
    (features[name] ?? []).isEmpty && (tokens[name] ?? []).isEmpty && outputs[name] == nil
  }

  private mutating func add(
    _ rule: SupernodeRule, _ tests: [FeatureTest], _ plan: StudyPlan, _ prompt: StudyPrompt
  ) {
    let positions = Set(prompt.positions(rule.places))
    let found = plan.rules[rule.name] ?? RuleFeatures()
    let isOpen = tests.allSatisfy { if case .promotes = $0 { true } else { false } }
    let numbers = found.numbers(rule, prompt.columns)
    var sites: [(site: FeatureSite, value: Float)] = []
    for (site, value) in zip(active.sites, active.values) where positions.contains(site.position) {
      guard rule.layers?.contains(site.layer) ?? true, let number = plan.activity.number(site, value),
        isOpen || numbers.contains(number)
      else { continue }
      sites.append((site, value))
    }
    for case .promotes(let text, let rank) in tests {
      guard let token = plan.relabelled(prompt).text(text).flatMap({ plan.subject.token(of: $0) }) else {
        sites = []
        continue
      }
      sites = Promoters(plan).raising(token, rank: rank, among: sites)
    }
    if let most = rule.most, sites.count > most {
      sites = Array(
        sites.sorted { ($1.value.magnitude, $0.site) < ($0.value.magnitude, $1.site) }.prefix(most))
    }
    if plan.replaces(rule) { sites = replaced(sites, plan) }
    for (site, value) in sites { values[site] = value }
    features[rule.name] = sites.map(\.site).sorted()
  }

  /// The tokens that the prompt's graph explains: the answer, and the outputs that the study names.
  func targets(_ prompt: StudyPrompt) -> [Int] {
    let wanted = [prompt.answer].compactMap { $0 } + outputs.sorted { $0.key < $1.key }.map(\.value)
    return wanted.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The indices of a supernode's nodes in the prompt's graph.
  func nodes(of name: String, in graph: AttributionGraph) -> [Int] {
    let layout = graph.layout
    let tokens = (tokens[name] ?? []).map { layout.tokenRange.lowerBound + $0 }
    let ranks = graph.logits.indices.filter { graph.logits[$0].vocabularyIndex == outputs[name] }
    return layout.indices(of: features[name] ?? []) + tokens + ranks.map { layout.logitRange.lowerBound + $0 }
  }

  /// As many features as a supernode has, others that are about as active at the same positions.
  func rivals(of name: String, _ plan: StudyPlan) -> [FeatureSite] {
    let own = (features[name] ?? []).map { (site: $0, value: values[$0] ?? 0) }
    return replaced(own, plan).map(\.site)
  }

  /// As many other features at the same positions, each the one nearest in activation that is left.
  private func replaced(
    _ sites: [(site: FeatureSite, value: Float)], _ plan: StudyPlan
  ) -> [(site: FeatureSite, value: Float)] {
    var taken = Set(sites.map(\.site))
    let positions = Set(sites.map(\.site.position))
    let others = zip(active.sites, active.values).filter {
      positions.contains($0.position) && plan.activity.number($0, $1) != nil
    }
    return sites.compactMap { site, value in
      let nearest = others.lazy.filter { $0.0.position == site.position && !taken.contains($0.0) }
        .min { abs($0.1 - value) < abs($1.1 - value) }
      guard let nearest else { return nil }
      taken.insert(nearest.0)
      return (nearest.0, nearest.1)
    }
  }
}

extension NodeLayout {
  /// The indices of features that have a node.
  func indices(of sites: [FeatureSite]) -> [Int] {
    sites.compactMap { index(of: .feature(FeatureNode($0))) }
  }
}

extension StudyPlan {
  /// Whether a rule's features are replaced by others: always in one control, and in the other where there is nothing to deal out
  /// anew.
  func replaces(_ rule: SupernodeRule) -> Bool {
    guard case .features(let tests) = rule.kind else { return false }
    switch control {
    case nil: return false
    case .randomFeatures: return true
    case .shuffled:
      return tests.allSatisfy { test in
        switch test {
        case .encodes, .active: false
        case .promotes(let text, _): text.columns.isEmpty
        case .words, .listed: true
        }
      }
    }
  }
}

/// Which features raise a token by themselves.
struct Promoters {
  /// The most features whose strongest tokens are computed for one prompt (Documentation/Studies.md tells so).
  private static let most = 200
  private let plan: StudyPlan
  private let writes: FeatureWrites

  init(_ plan: StudyPlan) {
    self.plan = plan
    writes = FeatureWrites(plan.transformer, plan.subject.basis.dashboards)
  }

  /// The features that have a token among the `rank` tokens that they raise most.
  ///
  /// 1. What each writes at its activation is multiplied with the token's row of the unembedding; those that raise it most are
  ///    kept, as the next step takes a walk through the whole unembedding.
  /// 2. Of these the strongest tokens are computed.
  func raising(
    _ token: Int, rank: Int, among sites: [(site: FeatureSite, value: Float)]
  ) -> [(site: FeatureSite, value: Float)] {
    let unembedding = plan.transformer.weights.unembedding.weight
    let row = unembedding.gathered([token]).storage
    let scale = plan.transformer.weights.finalNorm.weight
    let read = zip(row, scale).map { $0 * $1 }
    var raised: [(place: Int, effect: Float, vector: [Float])] = []
    for (layer, places) in Dictionary(grouping: sites.indices, by: { sites[$0].site.layer }).sorted(by: {
      $0.key < $1.key
    }) {
      let vectors = writes.summed(layer, places.map { sites[$0].site.index })
      for (line, place) in places.enumerated() {
        let vector = vectors[row: line].map { $0 * sites[place].value }
        let effect = zip(vector, read).reduce(0) { $0 + $1.0 * $1.1 }
        if effect > 0 { raised.append((place, effect, vector)) }
      }
    }
    raised.sort { ($1.effect, $0.place) < ($0.effect, $1.place) }
    raised = Array(raised.prefix(Promoters.most))
    guard !raised.isEmpty else { return [] }
    let vectors = Matrix(rows: raised.count, columns: read.count, storage: raised.flatMap(\.vector))
    let tops = DirectLogitEffects(plan.transformer).topTokens(of: vectors, count: rank)
    return zip(raised, tops).filter { $1.contains(token) }.map(\.0.place).sorted().map { sites[$0] }
  }
}
