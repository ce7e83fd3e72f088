import CircuitGraphs
import Foundation
import GraphFiles

extension GraphAPI {
  private struct Pruned: Encodable {
    struct Reach: Encodable {
      var node: Double
      var edge: Double
      var nodeCount: Int
      var edgeCount: Int
    }

    var nodeThreshold: Double
    var edgeThreshold: Double
    var isLimited: Bool
    var influenceShare: Double
    var reach: Reach
    var nodes: [NodeRecord]
    var links: [LinkRecord]
  }

  /// Prunes a graph again from the condensed graph beside its file.
  @Sendable func prune(_ call: APICall) throws(APIError) -> SiteResponse {
    let node = try call.number("node", in: 0...1) ?? 0.8
    let edge = try call.number("edge", in: 0...1) ?? 0.98
    let limits = GraphLimits(
      nodes: try call.whole("maxNodes", in: 0...1_000_000) ?? 450,
      edges: try call.whole("maxEdges", in: 0...10_000_000) ?? 10_000)
    let loaded = try directory.graph(call.names[0])
    guard let condensed = loaded.condensed else {
      throw APIError(
        .noRawGraph, "This graph has no raw graph beside it: only 'trace' of this program keeps one.")
    }
    let pruned = condensed.prune(nodeThreshold: node, edgeThreshold: edge, limits: limits)
    let file = GraphAPI.file(pruned, like: loaded.file)
    return .json(
      Pruned(
        nodeThreshold: node, edgeThreshold: edge, isLimited: pruned.isLimited,
        influenceShare: condensed.influenceShare(of: pruned.keptNodes),
        reach: .init(
          node: condensed.nodeReach, edge: condensed.edgeReach,
          nodeCount: condensed.graph.layout.features.count,
          edgeCount: condensed.graph.edges.entryCount), nodes: file.nodes, links: file.links))
  }

  /// Describes a pruned graph with the labels of another file of it.
  private static func file(_ pruned: PrunedGraph, like other: GraphFile) -> GraphFile {
    var labels: [String: String] = [:]
    for node in other.nodes where node.kind == .feature && !node.label.isEmpty {
      labels[node.id] = node.label
    }
    var metadata = other.metadata
    let count = pruned.layout.positionCount
    metadata.promptTokens = Array((metadata.promptTokens + Array(repeating: "", count: count)).prefix(count))
    return GraphFile(pruned, metadata: metadata) { labels[$0.fileID] ?? "" }
  }

  private struct ScoreBody: Decodable {
    var pinnedIds: [String]?
    var supernodes: [[String]]?
  }

  private struct Scored: Encodable {
    struct Scores: Encodable {
      var replacement: Double
      var completeness: Double

      init(_ scores: GraphScores) {
        replacement = scores.replacement
        completeness = scores.completeness
      }
    }
    struct Group: Encodable {
      var id: String
      var label: String?
      var members: [String]
    }
    struct Edge: Encodable {
      var source: String
      var target: String
      var weight: Double
    }

    var graph: Scores
    var subgraph: Scores
    var nodes: [Group]
    var edges: [Edge]
    var of: String
  }

  /// Scores a graph and the part of it that is pinned, and joins what is pinned by the formula for supernodes.
  @Sendable func scores(_ call: APICall) throws(APIError) -> SiteResponse {
    let body = try call.body(ScoreBody.self)
    let loaded = try directory.graph(call.names[0])
    guard let graph = loaded.richest else {
      throw APIError(
        .invalidGraph, "This graph's nodes are not those of an attribution graph that could be scored.")
    }
    let groups = GraphAPI.groups(body.pinnedIds ?? [], body.supernodes ?? [])
    var indices: [[Int]] = []
    var used: Set<Int> = []
    for group in groups {
      indices.append(
        group.members.compactMap { loaded.index(ofNode: $0) }.filter { used.insert($0).inserted })
    }
    let edges = graph.edges(among: indices).map {
      Scored.Edge(source: groups[$0.source].id, target: groups[$0.target].id, weight: $0.weight)
    }
    let whole = loaded.condensed?.scores ?? GraphScores(graph)
    let part = loaded.condensed?.scores(pinned: used) ?? GraphScores(graph, pinned: used)
    return .json(
      Scored(
        graph: .init(whole), subgraph: .init(part), nodes: groups, edges: edges,
        of: loaded.condensed == nil ? "file" : "raw"))
  }

  /// Supernodes, and pinned nodes that are in none, each as a group of its own.
  private static func groups(_ pinned: [String], _ supernodes: [[String]]) -> [Scored.Group] {
    var groups: [Scored.Group] = []
    var grouped: Set<String> = []
    for (index, supernode) in supernodes.enumerated() {
      let members = supernode.dropFirst().filter { grouped.insert($0).inserted }
      groups.append(.init(id: "supernode:\(index)", label: supernode.first ?? "", members: members))
    }
    for id in pinned where grouped.insert(id).inserted {
      groups.append(.init(id: id, label: nil, members: [id]))
    }
    return groups
  }
}
