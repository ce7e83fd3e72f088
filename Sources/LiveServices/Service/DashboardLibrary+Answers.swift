import FeatureDashboards
import Foundation
public import Viewer

extension DashboardLibrary {
  /// Lists features of a set.
  public func search(_ query: LibraryQuery, in set: String) throws(APIError) -> LibraryPage {
    try with(set) { (store) throws(DashboardError) in
      let page = try store.features(FeatureQuery(query))
      return LibraryPage(features: page.cards.map { LibraryCard($0, store.texts) }, total: page.total)
    }
  }

  /// Features at a glance; unknown ones are left out.
  public func cards(_ names: [LibraryName], in set: String) throws(APIError) -> [LibraryCard] {
    try with(set) { (store) throws(DashboardError) in
      let known = names.map { FeatureName(layer: $0.layer, index: $0.index) }.filter { store.info.has($0) }
      return try store.cards(known).map { LibraryCard($0, store.texts) }
    }
  }

  /// All that is known of a feature.
  public func dashboard(_ name: LibraryName, in set: String) throws(APIError) -> LibraryDashboard {
    try with(set) { (store) throws(DashboardError) in
      let name = FeatureName(layer: name.layer, index: name.index)
      let dashboard = try store.dashboard(name)
      let neighbours = try store.winningLabels(dashboard.coactive.map(\.name))
      return LibraryDashboard(dashboard, labels: try store.labels(name), neighbours, store.texts)
    }
  }

  /// A feature's labels, the one that counts first.
  public func labels(_ name: LibraryName, in set: String) throws(APIError) -> [LibraryLabel] {
    try with(set) { (store) throws(DashboardError) in
      try store.labels(try DashboardLibrary.known(name, store)).map { LibraryLabel($0) }
    }
  }

  /// Keeps a person's label, or with nil takes it away.
  public func label(_ name: LibraryName, as text: String?, in set: String) throws(APIError) -> [LibraryLabel]
  {
    try with(set) { (store) throws(DashboardError) in
      let name = try DashboardLibrary.known(name, store)
      if let text {
        let label = FeatureLabel(
          text: text, origin: .person, evidence: "", time: Date().timeIntervalSince1970)
        try store.label([(name, label)])
      } else {
        try store.removeLabel(.person, of: name)
      }
      return try store.labels(name).map { LibraryLabel($0) }
    }
  }

  private static func known(_ name: LibraryName, _ store: DashboardStore) throws(DashboardError)
    -> FeatureName
  {
    let name = FeatureName(layer: name.layer, index: name.index)
    guard store.info.has(name) else { throw .noSuchFeature(name, featureCounts: store.info.featureCounts) }
    return name
  }
}

extension FeatureQuery {
  fileprivate init(_ query: LibraryQuery) {
    self.init()
    text = query.text
    layers = query.layers
    densities = query.densities
    isNamedByPerson = query.isNamedByPerson
    isDescending = query.isDescending
    offset = query.offset
    limit = query.limit
    order =
      switch query.order {
      case .relevance: .relevance
      case .name: .name
      case .density: .density
      case .peak: .greatest
      case .label: .label
      }
  }
}

extension LibraryLabel {
  fileprivate init(_ label: FeatureLabel) {
    let origin =
      switch label.origin {
      case .heuristic: "heuristic"
      case .model: "model"
      case .person: "person"
      }
    self.init(text: label.text, origin: origin, evidence: label.evidence, time: Int64(label.time * 1000))
  }
}

extension LibraryExample {
  fileprivate init(_ example: FeatureExample, _ texts: TokenTexts) {
    self.init(
      document: example.document, tokens: example.tokens.map { texts[$0] }, activations: example.activations,
      focus: example.focus)
  }
}

extension LibraryCard {
  fileprivate init(_ card: FeatureCard, _ texts: TokenTexts) {
    self.init(
      layer: card.name.layer, index: card.name.index, label: card.label.map { LibraryLabel($0) },
      density: card.density, peak: card.greatest, examples: card.examples.map { LibraryExample($0, texts) })
  }
}

extension LibraryDashboard {
  fileprivate init(
    _ dashboard: FeatureDashboard, labels: [FeatureLabel], _ neighbours: [FeatureName: FeatureLabel],
    _ texts: TokenTexts
  ) {
    let effects = { (effects: TokenEffects) in
      let named = { (list: [TokenEffects.Effect]) in
        list.map { Effects.Effect(piece: texts[$0.token], value: $0.value) }
      }
      return Effects(top: named(effects.top), bottom: named(effects.bottom))
    }
    self.init(
      layer: dashboard.name.layer, index: dashboard.name.index, labels: labels.map { LibraryLabel($0) },
      density: dashboard.density, least: dashboard.activationRange.least,
      greatest: dashboard.activationRange.greatest,
      histogram: Histogram(greatest: dashboard.histogram.greatest, counts: dashboard.histogram.counts),
      groups: dashboard.exampleGroups.map { group in
        Group(name: group.name, examples: group.examples.map { LibraryExample($0, texts) })
      },
      firesOn: dashboard.firingTokens.map {
        FiringToken(piece: texts[$0.token], count: $0.count, mean: $0.meanActivation)
      },
      says: effects(dashboard.logitEffects), saysNormed: effects(dashboard.normedLogitEffects),
      reads: effects(dashboard.embeddingEffects), decoderNorms: dashboard.decoderNorms,
      coactive: dashboard.coactive.map {
        Neighbour(
          layer: $0.name.layer, index: $0.name.index, overlap: $0.overlap, label: neighbours[$0.name]?.text)
      })
  }
}
