import Transcoders

/// What interventions ask for at each site of a prompt, checked and in one order, so that the order in which they were
/// named does not matter.
struct InterventionPlan: Sendable {
  /// What is asked for at one site.
  struct Change: Sendable {
    /// What the activation becomes, set or scaled; nil leaves it.
    var base: InterventionChange?
    /// What is added on top.
    var added: Float = 0

    /// Returns what is added to an activation.
    func delta(clean: Float, current: Float) -> Float {
      (base?.delta(clean: clean, current: current) ?? 0) + added
    }

    /// The factor of something that can only be scaled.
    var factor: Float { base?.amount ?? 1 }
  }

  /// A change of a layer's feature at a position.
  struct FeatureChange: Sendable {
    var position: Int
    /// The feature's place in `LayerChanges.indices`.
    var column: Int
    var change: Change
  }

  /// The changes of one layer's features.
  struct LayerChanges: Sendable {
    /// The features, ascending.
    var indices: [Int] = []
    var changes: [FeatureChange] = []
  }

  /// For each layer, its features' changes.
  private(set) var layers: [LayerChanges]
  /// For each layer, the factor of its error at some positions.
  private(set) var errors: [[(position: Int, factor: Float)]]
  /// The factor of what some tokens bring.
  private(set) var tokens: [(position: Int, factor: Float)] = []

  /// Lists what `interventions` ask for at the positions of a prompt.
  init(
    _ interventions: [Intervention], positionCount: Int, basis: any SteerableBasis
  ) throws(InterventionError) {
    var sites: [Site: Change] = [:]
    for intervention in interventions {
      try intervention.check(basis)
      for position in try intervention.positions.positions(in: positionCount) {
        try sites[Site(position, intervention.target), default: Change()].take(intervention, at: position)
      }
    }
    self.init(sites, layerCount: basis.layerCount)
  }

  /// Lists what open-ended `interventions` ask for at a generated token.
  init(_ interventions: [Intervention], generatedAt position: Int, basis: any SteerableBasis)
    throws(InterventionError)
  {
    var sites: [Site: Change] = [:]
    for intervention in interventions where intervention.positions.isOpenEnded {
      try sites[Site(position, intervention.target), default: Change()].take(intervention, at: position)
    }
    self.init(sites, layerCount: basis.layerCount)
  }

  private init(_ sites: [Site: Change], layerCount: Int) {
    layers = Array(repeating: LayerChanges(), count: layerCount)
    errors = Array(repeating: [], count: layerCount)
    let features = Set(sites.keys.map(\.target)).sorted()
    for case .feature(let layer, let index) in features { layers[layer].indices.append(index) }
    for (site, change) in sites.sorted(by: { $0.key < $1.key }) {
      switch site.target {
      case .token: tokens.append((site.position, change.factor))
      case .error(let layer): errors[layer].append((site.position, change.factor))
      case .feature(let layer, let index):
        let column = layers[layer].indices.firstIndex(of: index) ?? 0
        layers[layer].changes.append(.init(position: site.position, column: column, change: change))
      }
    }
  }

  /// What is asked for of a feature at a position, or nil.
  func change(of site: FeatureSite) -> Change? {
    let asked = layers[site.layer]
    return asked.changes.first { $0.position == site.position && asked.indices[$0.column] == site.index }?
      .change
  }

  /// Whether nothing is asked for.
  var isEmpty: Bool { firstLayer == nil }

  /// The first layer that something is changed in: 0 for a token; nil for none.
  var firstLayer: Int? {
    tokens.isEmpty ? layers.indices.first { !layers[$0].changes.isEmpty || !errors[$0].isEmpty } : 0
  }

  /// The first position at which something is changed.
  var firstPosition: Int? {
    let features = layers.flatMap { $0.changes.map(\.position) }
    return (features + errors.flatMap { $0.map(\.position) } + tokens.map(\.position)).min()
  }
}

/// A target at a position.
private struct Site: Hashable, Comparable {
  var target: InterventionTarget
  var position: Int

  init(_ position: Int, _ target: InterventionTarget) {
    self.target = target
    self.position = position
  }

  static func < (left: Site, right: Site) -> Bool {
    (left.target, left.position) < (right.target, right.position)
  }
}

extension InterventionPlan.Change {
  fileprivate mutating func take(_ intervention: Intervention, at position: Int) throws(InterventionError) {
    if case .add(let amount) = intervention.change {
      added += amount
      return
    }
    guard base == nil || base == intervention.change else {
      throw .conflict(intervention.target.description, position: position)
    }
    base = intervention.change
  }
}

extension Intervention {
  fileprivate func check(_ basis: any SteerableBasis) throws(InterventionError) {
    guard change.amount.isFinite else { throw .notFinite("The amount for \(target)") }
    if let layer = target.layer, !(0..<basis.layerCount).contains(layer) {
      throw .noSuchLayer(layer, layerCount: basis.layerCount)
    }
    switch (target, change) {
    case (.feature(let layer, let index), _):
      let count = basis.featureCount(layer: layer)
      guard (0..<count).contains(index) else {
        throw .noSuchFeature(layer: layer, index: index, featureCount: count)
      }
    case (.error, _) where basis.reconstruction == nil: throw .noErrors
    case (_, .scale): break
    default: throw .onlyScaled(target.description)
    }
  }
}

extension InterventionTarget: CustomStringConvertible {
  /// The notation of the command line: `12/845`, `error/12` or `token`.
  public var description: String {
    switch self {
    case .token: "token"
    case .error(let layer): "error/\(layer)"
    case .feature(let layer, let index): "\(layer)/\(index)"
    }
  }
}
