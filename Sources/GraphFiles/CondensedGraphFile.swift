public import CircuitGraphs
public import Foundation
public import ModelFiles

/// A ``CondensedGraph`` in a safetensors file beside its graph file, from which the graph can be pruned again.
///
/// Besides what a ``RawGraphFile`` has there are `influence`, `cumulative_scores` and `dropped_mass`, one number a node.
public struct CondensedGraphFile: Sendable {
  /// The graph.
  public var condensed: CondensedGraph

  /// Describes a file.
  public init(_ condensed: CondensedGraph) { self.condensed = condensed }

  /// The file that belongs to a graph file.
  public static func place(beside graphFile: URL) -> URL {
    graphFile.deletingPathExtension().appendingPathExtension("safetensors")
  }

  /// Writes the file under a temporary name and renames it.
  public func write(to path: String) throws(ModelFileError) {
    var metadata = GraphTensors.sizes(of: condensed.graph.layout, format: CondensedGraphFile.format)
    metadata["node_reach"] = String(condensed.nodeReach)
    metadata["edge_reach"] = String(condensed.edgeReach)
    metadata["total_influence"] = String(condensed.totalInfluence)
    metadata["replacement_score"] = String(condensed.scores.replacement)
    metadata["completeness_score"] = String(condensed.scores.completeness)
    let labels = try? JSONEncoder().encode(condensed.graph.logits.map(\.label))
    metadata["logit_labels"] = labels.map { String(decoding: $0, as: UTF8.self) }
    try GraphTensors(
      graph: condensed.graph,
      perNode: [
        ("influence", condensed.influence.map { Float($0) }),
        ("cumulative_scores", condensed.cumulativeScores.map { Float($0) }),
        ("dropped_mass", condensed.droppedMass.map { max($0, 0) }),
      ], metadata: metadata
    ).write(to: path)
  }

  /// Reads a file.
  ///
  /// - Throws: A `ModelFileError` if it is missing, is no such file, or says something impossible.
  public init(contentsOf path: String) throws(ModelFileError) {
    let reader = try GraphReader(path: path)
    guard reader.file.metadata["format"] == CondensedGraphFile.format else {
      throw .malformed(path: path, problem: "it is not a condensed graph")
    }
    let labels = reader.file.metadata["logit_labels"].flatMap {
      try? JSONDecoder().decode([String].self, from: Data($0.utf8))
    }
    let graph = try reader.graph(labels: labels ?? [])
    let count = graph.layout.count
    condensed = CondensedGraph(
      graph: graph, influence: try reader.perNode("influence", count: count).map { Double($0) },
      cumulativeScores: try reader.perNode("cumulative_scores", count: count).map { Double($0) },
      droppedMass: try reader.perNode("dropped_mass", count: count),
      scores: GraphScores(
        replacement: try reader.number("replacement_score"),
        completeness: try reader.number("completeness_score")),
      totalInfluence: try reader.number("total_influence"), nodeReach: try reader.number("node_reach"),
      edgeReach: try reader.number("edge_reach"))
  }

  private static let format = "microscope-condensed-graph"
}
