public import CircuitGraphs
import LinearAlgebra
public import ReplacementModels
import Transcoders
import Transformers

/// Finds the attention heads that edges of a graph run through.
///
/// An edge's paths from its source and those to its target meet at the outputs of heads. So one walk down with the
/// targets and one walk up with the sources give the loadings of every head for any number of edges between them:
/// two rows of the graph for an edge, and fewer where edges share their ends.
public struct HeadAttributor: Sendable {
  private let model: LocalReplacementModel
  private let outputs: [AttributionTarget]
  private let meaning: NodeMeaning

  /// The most numbers of gradients that are kept at once.
  private static let keptNumbers = 32_000_000

  /// Prepares for the edges of a graph.
  ///
  /// - Parameters:
  ///   - model: The local replacement model that the graph was made of.
  ///   - graph: The graph, before pruning.
  ///   - targets: The outputs that it was made for, in its order.
  ///   - unexpanded: What became of features that were never expanded: with `.countAsError` they belong to error nodes.
  public init(
    _ model: LocalReplacementModel, graph: AttributionGraph, targets: [AttributionTarget],
    unexpanded: AttributionOptions.UnexpandedFeatures = .countAsError
  ) {
    precondition(
      graph.layout.logitCount == targets.count && graph.layout.layerCount == model.layerCount
        && graph.layout.positionCount == model.positionCount,
      "a graph of \(graph.layout.logitCount) outputs, \(graph.layout.layerCount) layers, \(graph.layout.positionCount) positions"
    )
    self.model = model
    outputs = targets
    meaning = NodeMeaning(layout: graph.layout, unexpanded: unexpanded)
  }

  /// Returns how edges run through heads, in the order of the edges.
  ///
  /// - Precondition: Sources are features, errors or tokens of the graph, targets features or outputs.
  public func loadings(of edges: [GraphEdge]) -> [HeadLoadings] {
    var parts = [HeadParts?](repeating: nil, count: edges.count)
    let byTarget = Dictionary(grouping: edges.indices) { edges[$0].target }
    let targets = byTarget.keys.map { (node: $0, target: streamTarget($0)) }.sorted {
      ($1.target.layer, index($0.node)) < ($0.target.layer, index($1.node))
    }
    for chunk in chunks(of: targets, size: targetsAtOnce) {
      let gradients = HeadGradients(model, chunk.map(\.target))
      let wanted = chunk.enumerated().flatMap { place, target in
        (byTarget[target.node] ?? []).map { (edge: $0, target: place) }
      }
      meet(gradients, wanted, edges, &parts)
    }
    return parts.compactMap { $0 }.map {
      HeadLoadings(weight: $0.weight, direct: $0.direct, single: $0.single, through: $0.through)
    }
  }

  /// Carries the sources of some edges up to their targets' gradients.
  private func meet(
    _ gradients: HeadGradients, _ wanted: [(edge: Int, target: Int)], _ edges: [GraphEdge],
    _ parts: inout [HeadParts?]
  ) {
    let bySource = Dictionary(grouping: wanted) { edges[$0.edge].source }
    let sources = bySource.keys.map { (node: $0, source: StreamSource($0, of: model, meaning)) }.sorted {
      ($0.source.layer, index($0.node)) < ($1.source.layer, index($1.node))
    }
    for chunk in chunks(of: sources, size: sourcesAtOnce) {
      let met = chunk.enumerated().flatMap { place, source in
        (bySource[source.node] ?? []).map { (edge: $0.edge, source: place, target: $0.target) }
      }
      var meeting = HeadMeeting(
        model, gradients, chunk.map(\.source), edges: met.map { ($0.source, $0.target) })
      meeting.run()
      for (place, edge) in met.enumerated() { parts[edge.edge] = meeting.parts[place] }
    }
  }

  private func streamTarget(_ node: Node) -> StreamTarget {
    switch node {
    case .feature(let feature):
      let place = model.place(of: feature)
      let direction = model.readDirections(of: model.features.sites[place..<place + 1])
      return StreamTarget(layer: feature.layer, position: feature.position, direction: direction.storage)
    case .logit(let rank):
      let direction = model.readDirections(of: [outputs[rank]])
      return StreamTarget(
        layer: model.layerCount, position: model.positionCount - 1, direction: direction.storage)
    case .error, .token:
      preconditionFailure("\(node) has no inputs")
    }
  }

  private func index(_ node: Node) -> Int {
    guard let index = meaning.layout.index(of: node) else {
      preconditionFailure("the graph has no node \(node)")
    }
    return index
  }

  private var targetsAtOnce: Int {
    let configuration = model.transformer.configuration
    let numbers =
      model.positionCount * configuration.layerCount * configuration.headCount * configuration.dHead
    return max(1, HeadAttributor.keptNumbers / numbers)
  }

  private var sourcesAtOnce: Int {
    max(1, RowSweep.rowLimit(width: model.transformer.configuration.dModel) / model.positionCount)
  }

  private func chunks<Element>(of all: [Element], size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: all.count, by: size).map { all[$0..<min($0 + size, all.count)] }
  }
}
