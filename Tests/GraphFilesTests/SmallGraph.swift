import CircuitGraphs
import GraphFiles

/// A graph of two features, made so that the error of layer 1 and the feature 1 of layer 0 want one id.
enum SmallGraph {
  static let pruned: PrunedGraph = {
    let layout = NodeLayout(
      features: [
        FeatureNode(layer: 0, position: 1, index: 1), FeatureNode(layer: 1, position: 1, index: 3),
      ], layerCount: 2, positionCount: 2, logitCount: 2)
    var edges = SparseRows(columnCount: layout.count)
    edges.appendRow(columns: ([6, 7] as [Int32]).span, weights: ([1, -0.25] as [Float]).span)
    edges.appendRow(columns: ([0, 3] as [Int32]).span, weights: ([2, 0.5] as [Float]).span)
    edges.appendEmptyRows(6)
    edges.appendRow(columns: ([0, 1, 5] as [Int32]).span, weights: ([1, 4, 1.5] as [Float]).span)
    edges.appendRow(columns: ([1] as [Int32]).span, weights: ([-1] as [Float]).span)
    let graph = AttributionGraph(
      layout: layout, edges: edges, activations: [1.5, 2.25],
      logits: [
        LogitNode(vocabularyIndex: 40, label: " \"x\"", probability: 0.5),
        LogitNode(vocabularyIndex: 7, label: "y", probability: 0.0625),
      ], tokens: [100, 200])
    return graph.prune(nodeThreshold: 1, edgeThreshold: 1)
  }()

  static func metadata() throws -> GraphMetadata {
    GraphMetadata(
      slug: try Slug("small"), transcoderSetID: "test/set", prompt: "a/b", promptTokens: ["a/", "b"])
  }

  static func file() throws -> GraphFile {
    GraphFile(pruned, metadata: try metadata()) { $0.layer == 1 ? "say x" : "" }
  }
}
