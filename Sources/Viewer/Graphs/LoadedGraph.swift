import CircuitGraphs
import Foundation
import GraphFiles
import Synchronization

/// A graph file in memory, with the condensed graph beside it.
final class LoadedGraph: Sendable {
  /// The file.
  let file: GraphFile
  /// What the graph can be pruned again from; nil for graphs of other tools.
  let condensed: CondensedGraph?
  /// The graph as its file has it; nil where its nodes are not those of an attribution graph.
  let pruned: AttributionGraph?
  /// The nodes of the file by their ids.
  let named: [String: Node]

  init(contentsOf url: URL) throws(GraphFileError) {
    file = try GraphFile(contentsOf: url)
    let place = CondensedGraphFile.place(beside: url)
    condensed =
      FileManager.default.fileExists(atPath: place.path)
      ? try? CondensedGraphFile(contentsOf: place.path).condensed : nil
    pruned = try? file.circuit()
    named = (try? file.namedNodes()) ?? [:]
  }

  /// The graph that knows most, for what is computed of it.
  var richest: AttributionGraph? { condensed?.graph ?? pruned }

  /// The index in ``richest`` of the node that the page calls `id`.
  func index(ofNode id: String) -> Int? {
    guard let graph = richest, let node = graph.node(withID: id) ?? named[id] else { return nil }
    return graph.layout.index(of: node)
  }
}

/// The graphs that were read last.
final class LoadedGraphs: Sendable {
  private let kept = Mutex<[(key: String, graph: LoadedGraph)]>([])
  /// How many are kept, and of what size together.
  private static let limit = 4

  func graph(_ slug: String, _ file: GraphDirectory.File) throws(APIError) -> LoadedGraph {
    let condensed = GraphDirectory.file(at: CondensedGraphFile.place(beside: file.url))
    let key = "\(slug)/\(file.revision)/\(condensed?.revision ?? "")"
    if let known = kept.withLock({ $0.first { $0.key == key }?.graph }) { return known }
    let graph: LoadedGraph
    do {
      graph = try LoadedGraph(contentsOf: file.url)
    } catch { throw APIError(.invalidGraph, error.description) }
    kept.withLock { kept in
      kept.removeAll { $0.key.hasPrefix(slug + "/") }
      kept.append((key, graph))
      if kept.count > Self.limit { kept.removeFirst() }
    }
    return graph
  }
}
