import CircuitGraphs
import Specimens
import Transcoders

/// The supernodes of a prompt's variables: which nodes of its graph stand for which variable.
///
/// Features as ``FeatureAssignment`` says; the token at an input's position stands for the input, and the answer's logit for
/// the answer.
struct VariableGroups {
  /// For each variable of the key, the indices of its nodes, ascending.
  private(set) var members: [[Int]]
  /// For each variable, the feature nodes that encode its value, be they dealt out to another variable or not.
  private(set) var encoding: [[Int]]
  private let layout: NodeLayout

  /// Groups nodes.
  ///
  /// - Parameter isKept: Which nodes may be members.
  init(
    _ prompt: KeyedPrompt, _ graph: AttributionGraph, _ encodings: Encodings, _ activity: FeatureActivity,
    isKept: (Int) -> Bool
  ) {
    layout = graph.layout
    let nodes = layout.featureRange.filter(isKept)
    let assignment = FeatureAssignment(
      prompt, nodes.map { FeatureSite(graph.layout.features[$0]) },
      values: nodes.map { graph.activations[$0] },
      encodings, activity)
    members = assignment.members.map { places in places.map { nodes[$0] } }
    encoding = prompt.variables.indices.map { variable in
      nodes.indices.filter { assignment.encoded[$0].contains(variable) }.map { nodes[$0] }
    }
    addEnds(prompt)
  }

  /// The features of a variable's group.
  func features(of variable: Int) -> [FeatureSite] {
    members[variable].filter(layout.featureRange.contains).map { FeatureSite(layout.features[$0]) }
  }

  /// All feature nodes that are in a group.
  var featureNodes: [Int] { members.joined().filter(layout.featureRange.contains) }

  private mutating func addEnds(_ prompt: KeyedPrompt) {
    var taken: Set<Int> = []
    for (place, variable) in prompt.variables.enumerated() {
      switch variable.role {
      case .intermediate: break
      case .input:
        let tokens = variable.positions.map { layout.tokenRange.lowerBound + $0 }
        members[place] += tokens.filter { taken.insert($0).inserted }
      case .answer: members[place].append(layout.logitRange.lowerBound)
      }
    }
  }
}

extension FeatureSite {
  fileprivate init(_ node: FeatureNode) {
    self.init(layer: node.layer, position: node.position, index: node.index)
  }
}
