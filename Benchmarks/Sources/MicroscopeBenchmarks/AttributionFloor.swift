import CircuitGraphs
import Transformers

/// The least arithmetic that a graph's rows take, by the algorithm's own products.
///
/// A row at (layer L, position p) walks L layers of attention over p positions: through W_O, the pattern and W_V. At each it
/// meets the features active there and the error. Position 0 and everything outside of the causal cone cost nothing.
struct AttributionFloor {
  /// Floating-point operations, multiplications and additions apart.
  let flops: Double

  init(_ graph: AttributionGraph, activeFeatures: Int, _ configuration: TransformerConfiguration) {
    let heads = Double(configuration.headCount * configuration.dHead)
    let groups = Double(configuration.groupCount * configuration.dHead)
    let width = Double(configuration.dModel)
    let positions = graph.layout.positionCount
    let perSite = Double(activeFeatures) / Double(configuration.layerCount * max(positions - 1, 1)) + 1
    var sum = 0.0
    let outputs = graph.logits.map { _ in (layer: configuration.layerCount, position: positions - 1) }
    for row in graph.layout.features.map({ (layer: $0.layer + 1, position: $0.position) }) + outputs {
      let (layers, p) = (Double(row.layer), Double(row.position))
      sum += layers * p * 2 * width * (heads + groups + perSite)
      sum += layers * p * (p + 1) * heads
    }
    flops = sum
  }
}
