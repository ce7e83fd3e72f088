import CircuitGraphs
import Testing

@Suite("Node layout")
struct NodeLayoutTests {
  private let layout = NodeLayout(
    features: [
      FeatureNode(layer: 0, position: 1, index: 9), FeatureNode(layer: 0, position: 2, index: 3),
      FeatureNode(layer: 1, position: 1, index: 0), FeatureNode(layer: 1, position: 1, index: 4),
    ], layerCount: 2, positionCount: 3, logitCount: 2)

  @Test("Features, errors, tokens and logits lie in this order")
  func order() {
    #expect(layout.count == 15)
    #expect(layout.featureRange == 0..<4)
    #expect(layout.errorRange == 4..<10)
    #expect(layout.tokenRange == 10..<13)
    #expect(layout.logitRange == 13..<15)
    #expect(layout.node(at: 8) == .error(layer: 1, position: 1))
    #expect(layout.node(at: 13) == .logit(rank: 0))
  }

  @Test("Every index leads to a node and back")
  func roundTrip() {
    for index in 0..<layout.count { #expect(layout.index(of: layout.node(at: index)) == index) }
  }

  @Test(
    "Nodes outside of the graph have no index",
    arguments: [
      Node.feature(FeatureNode(layer: 0, position: 1, index: 8)),
      .feature(FeatureNode(layer: 2, position: 0, index: 0)), .error(layer: 2, position: 0),
      .error(layer: 0, position: 3), .token(position: -1), .logit(rank: 2),
    ])
  func unknown(node: Node) {
    #expect(layout.index(of: node) == nil)
  }

  @Test("A layer's features are a range, possibly empty")
  func layers() {
    #expect(layout.featureRange(ofLayer: 0) == 0..<2)
    #expect(layout.featureRange(ofLayer: 1) == 2..<4)
    #expect(layout.featureRange(ofLayer: 2).isEmpty)
  }

  @Test("Features are ordered by layer, then position, then index")
  func comparison() {
    let sorted = [
      FeatureNode(layer: 0, position: 0, index: 7), FeatureNode(layer: 0, position: 1, index: 2),
      FeatureNode(layer: 0, position: 1, index: 3), FeatureNode(layer: 1, position: 0, index: 0),
    ]
    #expect(Array(sorted.reversed()).sorted() == sorted)
  }
}
