import Attribution
import CircuitGraphs
import ReplacementModels
import Transformers

/// Options under which every active feature is expanded.
let everything = AttributionOptions(maxFeatureNodes: .max, coverage: nil)

extension LocalReplacementModel {
  /// What chooses targets by this prompt's logits.
  var chooser: TargetChooser { TargetChooser(transformer, logits: logits) { "t\($0)" } }

  /// Returns the graph for targets.
  func graph(_ targets: [AttributionTarget], _ options: AttributionOptions = everything) throws
    -> AttributionGraph
  {
    try Attributor(options: options).attribute(self, targets: targets).graph
  }
}

extension AttributionGraph {
  /// Returns a node's inputs as a dense row.
  func denseRow(_ node: Int) -> [Float] {
    var result = [Float](repeating: 0, count: layout.count)
    let row = edges.row(node)
    for (column, weight) in zip(row.columns, row.weights) { result[Int(column)] = weight }
    return result
  }

  /// Returns a node's effects on all nodes.
  func denseColumn(_ node: Int) -> [Float] {
    (0..<layout.count).map { edges.weight(row: $0, column: node) }
  }
}
