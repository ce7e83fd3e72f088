import CircuitGraphs
import Specimens
import Transcoders

/// The supernodes of a prompt's variables: which nodes of its graph stand for which variable.
///
/// 1. A feature node stands for a variable whose value it encodes at its position. Of several it is the one with the largest
///    F1; nodes that encode several variables equally well, because these always agree, are dealt out along the layers: the
///    lowest layers' to the first of the variables in the key, and so on.
/// 2. The token at an input's position stands for the input, and the answer's logit for the answer.
struct VariableGroups {
  /// For each variable of the key, the indices of its nodes, ascending.
  private(set) var members: [[Int]]
  /// For each variable, whether a feature node encodes its value, be it dealt out to another variable or not.
  private(set) var isEncoded: [Bool]
  private let layout: NodeLayout

  /// Groups nodes.
  ///
  /// - Parameter isKept: Which nodes may be members.
  init(
    _ prompt: KeyedPrompt, _ graph: AttributionGraph, _ encodings: Encodings, _ activity: FeatureActivity,
    isKept: (Int) -> Bool
  ) {
    layout = graph.layout
    members = Array(repeating: [], count: prompt.variables.count)
    isEncoded = Array(repeating: false, count: prompt.variables.count)
    let places = Dictionary(uniqueKeysWithValues: prompt.variables.enumerated().map { ($1.name, $0) })
    var tied: [[Int]: [Int]] = [:]
    for node in layout.featureRange where isKept(node) {
      let feature = layout.features[node]
      let site = FeatureSite(layer: feature.layer, position: feature.position, index: feature.index)
      guard let number = activity.number(site, graph.activations[node]) else { continue }
      let found = encodings.encodings(number, at: feature.position, in: prompt)
      for encoding in found { if let place = places[encoding.variable] { isEncoded[place] = true } }
      let best = found.map(\.f1).max() ?? 0
      let choices = Set(found.filter { $0.f1 == best }.compactMap { places[$0.variable] }).sorted()
      if !choices.isEmpty { tied[choices, default: []].append(node) }
    }
    for (choices, nodes) in tied { deal(nodes, to: choices) }
    addEnds(prompt)
    for place in members.indices { members[place].sort() }
  }

  /// The features of a variable's group.
  func features(of variable: Int) -> [FeatureSite] {
    members[variable].filter(layout.featureRange.contains).map { node in
      let feature = layout.features[node]
      return FeatureSite(layer: feature.layer, position: feature.position, index: feature.index)
    }
  }

  /// All feature nodes that are in a group.
  var featureNodes: [Int] { members.joined().filter(layout.featureRange.contains) }

  private mutating func deal(_ nodes: [Int], to choices: [Int]) {
    let layers = Set(nodes.map { layout.features[$0].layer }).sorted()
    for node in nodes {
      let rank = layers.firstIndex(of: layout.features[node].layer) ?? 0
      members[choices[rank * choices.count / max(layers.count, choices.count)]].append(node)
    }
  }

  private mutating func addEnds(_ prompt: KeyedPrompt) {
    var taken: Set<Int> = []
    for (place, variable) in prompt.variables.enumerated() {
      switch variable.role {
      case .intermediate: break
      case .input:
        for position in variable.positions {
          let node = layout.tokenRange.lowerBound + position
          if taken.insert(node).inserted { members[place].append(node) }
        }
      case .answer: members[place].append(layout.logitRange.lowerBound)
      }
    }
  }
}
