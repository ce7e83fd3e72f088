public import CircuitGraphs
import Foundation

/// A graph that the reference implementation traced and pruned, with all that it computed from it.
public struct GoldenGraph: Decodable, Sendable {
  /// The case's name, such as `llama-plt-relu-prompt0-full`.
  public let name: String
  /// The influence of each node.
  public let influence: [Float]
  /// The cumulative share of influence at each node's rank.
  public let cumulativeScores: [Float]
  /// The replacement score of the unpruned graph.
  public let replacementScore: Double
  /// The completeness score of the unpruned graph.
  public let completenessScore: Double
  /// What pruning kept at each pair of thresholds.
  public let prunings: [Pruning]
  /// The graph file that the reference wrote at the first pair of thresholds, if it wrote one.
  public let graphFile: String?

  private let layerCount: Int
  private let tokens: [Int]
  private let features: [[Int]]
  private let activations: [Float]
  private let logits: [Logit]
  private let rowLengths: [Int]
  private let columns: [Int32]
  private let weights: [Float]

  /// What the reference's pruning kept.
  public struct Pruning: Decodable, Sendable {
    /// The share of influence that nodes had to carry.
    public let nodeThreshold: Double
    /// The share of score that edges had to carry.
    public let edgeThreshold: Double
    /// How near the nearest score came to a cut.
    public let cutMargin: Double
    /// The indices of the kept nodes.
    public let nodes: [Int]
    /// The places of the kept edges in the graph's rows.
    public let edges: [Int]
  }

  private struct Logit: Decodable {
    let vocabularyIndex: Int
    let label: String
    let probability: Float
  }

  /// The graph before pruning.
  public var graph: AttributionGraph {
    let layout = NodeLayout(
      features: features.map { FeatureNode(layer: $0[0], position: $0[1], index: $0[2]) },
      layerCount: layerCount, positionCount: tokens.count, logitCount: logits.count)
    var edges = SparseRows(columnCount: layout.count)
    var start = 0
    for (row, length) in rowLengths.enumerated() {
      if row == features.count { edges.appendEmptyRows(layout.logitRange.lowerBound - row) }
      let places = start..<start + length
      edges.appendRow(columns: Array(columns[places]).span, weights: Array(weights[places]).span)
      start += length
    }
    return AttributionGraph(
      layout: layout, edges: edges, activations: activations,
      logits: logits.map {
        LogitNode(vocabularyIndex: $0.vocabularyIndex, label: $0.label, probability: $0.probability)
      }, tokens: tokens)
  }

  /// Reads all cases, by name; there is at least one.
  public static func all() throws -> [GoldenGraph] {
    let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil)
    guard let folder else { throw CocoaError(.fileNoSuchFile) }
    let graphs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }
      .map { try JSONDecoder().decode(GoldenGraph.self, from: Data(contentsOf: $0)) }
      .sorted { $0.name < $1.name }
    guard !graphs.isEmpty else { throw CocoaError(.fileNoSuchFile) }
    return graphs
  }
}
