import Attribution
public import CircuitGraphs
public import Evaluations
import FeatureDashboards
public import Interventions
import ReplacementModels
import Transcoders
public import Transformers

/// The graph of one prompt of a contrast, with features that are silent in it but active in the other prompt.
public struct ContrastGraph: Sendable {
  /// The graph.
  public let pruned: PrunedGraph
  /// The features that are silent: their activations are those of the other prompt, and their edges what they would do.
  public let silent: [FeatureNode]
}

extension GraphContrast {
  /// Contrasts two prompts.
  ///
  /// 1. Both prompts' graphs explain the same two outputs: the first prompt's most probable token and the second's. Where it
  ///    is one token, they explain that alone.
  /// 2. Each feature of a pruned graph is looked up in the other prompt, at the position that `mapping` finds.
  /// 3. Features that are silent there are assumed to be as active as here; their edges in the other prompt are computed
  ///    with everything else as it is.
  ///
  /// - Parameters:
  ///   - basis: With neurons, which are never silent, step 3 falls away, and those that are no nodes have no effect.
  ///   - mapping: How a position is found in the other prompt.
  ///   - graphs: Takes both prompts' graphs.
  ///   - progress: Told what is done; what it throws ends the work.
  public init(
    _ transformer: Transformer, _ basis: SuiteBasis, first: [Int], second: [Int],
    mapping: PositionMapping = .ends, settings: ContrastSettings = ContrastSettings(),
    graphs: ([ContrastGraph]) -> Void = { _ in },
    progress: (String) throws -> Void = { _ in }
  ) throws {
    let makers = [first, second].map { ContrastSide.Maker(transformer, basis, $0, settings) }
    try progress("running both prompts")
    let outputs = try makers.map { try $0.top() }
    var sides: [ContrastSide] = []
    for (maker, name) in zip(makers, ["first", "second"]) {
      try progress("attributing the \(name) prompt")
      sides.append(try maker.side(outputs: outputs))
    }
    try progress("comparing features")
    let pairs = ContrastPair(sides[0], sides[1], mapping)
    let places = pairs.places
    let looks = [
      sides[0].presences(
        places.map { ($0.feature, $0.first) }, assuming: sides[1], at: places.map(\.second), settings),
      sides[1].presences(
        places.map { ($0.feature, $0.second) }, assuming: sides[0], at: places.map(\.first), settings),
    ]
    graphs(looks.map(\.graph))
    let presences = looks.map(\.presences)
    self.sides = sides.map(\.summary)
    rows = places.indices.map {
      Row(feature: places[$0].feature, first: presences[0][$0], second: presences[1][$0])
    }.sorted { $0.precedes($1) }
  }
}

extension GraphContrast.Row {
  /// Whether the prompts differ more in this feature than in another one, by its share of the influence.
  fileprivate func precedes(_ other: GraphContrast.Row) -> Bool {
    let (mine, its) = (change, other.change)
    return mine != its ? mine > its : key.lexicographicallyPrecedes(other.key)
  }

  private var change: Double { abs(first.influence - second.influence) }

  /// Orders what differs equally.
  private var key: [Int] { [feature.layer, feature.index, first.position ?? -1, second.position ?? -1] }
}

/// A feature at its places in both prompts; nil where a prompt has no such place.
struct ContrastPlace: Hashable {
  var feature: FeatureName
  var first: Int?
  var second: Int?
}

/// Which features of two graphs belong together.
struct ContrastPair {
  /// Every feature of either pruned graph, once.
  let places: [ContrastPlace]

  init(_ first: ContrastSide, _ second: ContrastSide, _ mapping: PositionMapping) {
    var places: [ContrastPlace] = []
    var seen: Set<ContrastPlace> = []
    func add(_ place: ContrastPlace) {
      if seen.insert(place).inserted { places.append(place) }
    }
    for node in first.keptFeatures {
      let there = mapping.position(of: node.position, in: first.tokens, for: second.tokens)
      // At position 0 nothing is active.
      add(ContrastPlace(feature: FeatureName(node), first: node.position, second: there == 0 ? nil : there))
    }
    for node in second.keptFeatures {
      let there = mapping.position(of: node.position, in: second.tokens, for: first.tokens)
      add(ContrastPlace(feature: FeatureName(node), first: there == 0 ? nil : there, second: node.position))
    }
    self.places = places
  }
}

extension FeatureName {
  /// The feature of a node.
  init(_ node: FeatureNode) { self.init(layer: node.layer, index: node.index) }
}
