import CircuitGraphs

/// A graph small enough for paper and pencil: two layers, two positions, three features, one logit.
///
/// Indices: features a = 0, b = 1 (layer 0), c = 2 (layer 1); errors 3, 4 (layer 0), 5, 6 (layer 1);
/// tokens 7, 8; logit 9, probability 0.5.
///
///     a ← token0 (3), token1 (1)          normalised 3/4, 1/4
///     b ← token1 (-2)                     1
///     c ← a (4), b (-2), error(0,0) (2)   1/2, 1/4, 1/4
///     logit ← c (6), a (-1), error(1,1) (1)   3/4, 1/8, 1/8
enum HandWorkedGraph {
  static let a = FeatureNode(layer: 0, position: 0, index: 5)
  static let b = FeatureNode(layer: 0, position: 1, index: 2)
  static let c = FeatureNode(layer: 1, position: 1, index: 0)

  static let graph: AttributionGraph = {
    let layout = NodeLayout(features: [a, b, c], layerCount: 2, positionCount: 2, logitCount: 1)
    var edges = SparseRows(columnCount: layout.count)
    edges.appendRow(columns: ([7, 8] as [Int32]).span, weights: ([3, 1] as [Float]).span)
    edges.appendRow(columns: ([8] as [Int32]).span, weights: ([-2] as [Float]).span)
    edges.appendRow(columns: ([0, 1, 3] as [Int32]).span, weights: ([4, -2, 2] as [Float]).span)
    edges.appendEmptyRows(6)
    edges.appendRow(columns: ([0, 2, 6] as [Int32]).span, weights: ([-1, 6, 1] as [Float]).span)
    return AttributionGraph(
      layout: layout, edges: edges, activations: [1, 2, 3],
      logits: [LogitNode(vocabularyIndex: 77, label: " Paris", probability: 0.5)], tokens: [11, 12])
  }()
}
