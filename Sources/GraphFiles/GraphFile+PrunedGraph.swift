public import CircuitGraphs
import Foundation

extension GraphFile {
  /// Describes a pruned graph, with node ids and order as circuit-tracer has them.
  ///
  /// Error nodes are called `0_{layer}_{position}` there, and a feature of layer 0 is called
  /// `0_{index}_{position}`: two nodes of one name if the index is a layer's number. An error whose name is
  /// taken by a feature of this file is called `error_{layer}_{position}` instead, which nothing else can
  /// be called; both viewers compare ids and never take them apart.
  ///
  /// - Parameters:
  ///   - graph: The graph; its thresholds go into the metadata.
  ///   - metadata: What the graph is of.
  ///   - label: The label of a feature node, empty if it has none.
  ///   - heads: How edges run through attention heads, for any of them.
  /// - Precondition: The metadata has one prompt token for each position.
  public init(
    _ graph: PrunedGraph, metadata: GraphMetadata, heads: [GraphEdge: LinkHeads] = [:],
    label: (FeatureNode) -> String = { _ in "" }
  ) {
    precondition(
      metadata.promptTokens.count == graph.layout.positionCount,
      "\(metadata.promptTokens.count) prompt tokens for \(graph.layout.positionCount) positions")
    var metadata = metadata
    metadata.nodeThreshold = graph.nodeThreshold
    metadata.pruningSettings = PruningSettings(
      nodeThreshold: graph.nodeThreshold, edgeThreshold: graph.edgeThreshold)

    let kept = graph.keptNodes
    var nodes = kept.map { NodeRecord($0, of: graph, label: label) }
    GraphFile.renameErrors(in: &nodes)
    var ids = [String](repeating: "", count: graph.layout.count)
    for (index, node) in zip(kept, nodes) { ids[index] = node.id }
    var links: [LinkRecord] = []
    links.reserveCapacity(graph.edges.entryCount)
    for target in kept {
      let row = graph.edges.row(target)
      for (source, weight) in zip(row.columns, row.weights) {
        links.append(
          LinkRecord(
            source: ids[Int(source)], target: ids[target], weight: weight,
            heads: heads.isEmpty ? nil : heads[graph.layout.edge(from: Int(source), to: target)]))
      }
    }
    self.init(metadata: metadata, nodes: nodes, links: links)
  }

  /// Gives errors whose id is also a feature's an id of their own.
  private static func renameErrors(in nodes: inout [NodeRecord]) {
    let taken = Set(nodes.lazy.filter { $0.kind == .feature && $0.layer == "0" }.map(\.id))
    for index in nodes.indices where nodes[index].kind == .error && taken.contains(nodes[index].id) {
      nodes[index].id = "error_\(nodes[index].layer)_\(nodes[index].position)"
    }
  }
}

extension NodeLayout {
  /// The edge between the nodes at two indices.
  fileprivate func edge(from source: Int, to target: Int) -> GraphEdge {
    GraphEdge(from: node(at: source), to: node(at: target))
  }
}

extension FeatureNode {
  /// The feature's id in a graph file.
  public var fileID: String { "\(layer)_\(index)_\(position)" }
}

extension PrunedGraph {
  /// The id in a graph file of the node at an index, before an error whose id is taken gets another.
  public func fileID(ofNode index: Int) -> String {
    switch layout.node(at: index) {
    case .feature(let feature): feature.fileID
    case .error(let layer, let position): "0_\(layer)_\(position)"
    case .token(let position): "E_\(original.tokens[position])_\(position)"
    case .logit(let rank):
      "\(layout.layerCount + 1)_\(logits[rank].vocabularyIndex)_\(layout.positionCount - 1)"
    }
  }
}

extension NodeRecord {
  /// Describes the node at an index of a pruned graph.
  fileprivate init(_ index: Int, of graph: PrunedGraph, label: (FeatureNode) -> String) {
    let id = graph.fileID(ofNode: index)
    switch graph.layout.node(at: index) {
    case .feature(let feature):
      self.init(feature, id, label: label(feature))
      activation = graph.original.activations[index]
    case .error(let layer, let position):
      self.init(errorOf: layer, id, position: position)
    case .token(let position):
      self.init(token: graph.original.tokens[position], id, position: position)
    case .logit(let rank):
      self.init(graph.logits[rank], id, rank: rank, layout: graph.layout)
      return  // Influence is counted from the logits, so they have none.
    }
    influence = Float(graph.cumulativeScores[index])
  }

  private init(_ feature: FeatureNode, _ id: String, label: String) {
    self.init(
      id: id, feature: GraphFile.featureNumber(layer: feature.layer, index: feature.index),
      layer: "\(feature.layer)", position: feature.position, kind: .feature,
      viewerID: "\(feature.layer)_\(feature.index)-0")
    self.label = label
  }

  private init(errorOf layer: Int, _ id: String, position: Int) {
    self.init(
      id: id, feature: -1, layer: "\(layer)", position: position, kind: .error,
      viewerID: "\(layer)_\(position)-0")
  }

  private init(token: Int, _ id: String, position: Int) {
    self.init(
      id: id, feature: position, layer: "E", position: position, kind: .token,
      viewerID: "E_\(token)-\(position)")
  }

  private init(_ logit: LogitNode, _ id: String, rank: Int, layout: NodeLayout) {
    let layer = layout.layerCount + 1
    let position = layout.positionCount - 1
    self.init(
      id: id, feature: logit.vocabularyIndex,
      layer: "\(layer)", position: position, kind: .logit,
      viewerID: "L_\(logit.vocabularyIndex)-\(position)")
    tokenProbability = logit.probability
    isTargetLogit = rank == 0
    label = "Output \"\(logit.label)\" (p=\(String(format: "%.3f", Double(logit.probability))))"
  }
}
