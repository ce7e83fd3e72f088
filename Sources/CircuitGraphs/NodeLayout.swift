/// The order of a graph's nodes, and the way between a node and its index.
///
/// Nodes lie in four blocks: features in their own order, errors layer by layer
/// (`layer * positionCount + position`), tokens by position, logits by rank.
public struct NodeLayout: Hashable, Sendable {
  /// The feature nodes, strictly ascending.
  public let features: [FeatureNode]
  /// The number of layers that have an error node at each position.
  public let layerCount: Int
  /// The number of tokens in the prompt.
  public let positionCount: Int
  /// The number of outputs that the graph explains.
  public let logitCount: Int

  /// Lays out the nodes of a graph.
  ///
  /// - Precondition: The features are strictly ascending and lie inside `layerCount` and `positionCount`.
  public init(features: [FeatureNode], layerCount: Int, positionCount: Int, logitCount: Int) {
    precondition(
      layerCount >= 0 && positionCount >= 0 && logitCount >= 0,
      "a layout has no negative sizes: \(layerCount), \(positionCount), \(logitCount)")
    for (index, feature) in features.enumerated() {
      precondition(
        (0..<layerCount).contains(feature.layer) && (0..<positionCount).contains(feature.position)
          && feature.index >= 0,
        "feature \(feature) lies outside of \(layerCount) layers x \(positionCount) positions")
      precondition(
        index == 0 || features[index - 1] < feature, "features must ascend strictly, see \(feature)")
    }
    self.features = features
    self.layerCount = layerCount
    self.positionCount = positionCount
    self.logitCount = logitCount
    precondition(count <= Int(Int32.max), "a graph of \(count) nodes is too large")
  }

  /// The number of nodes.
  public var count: Int { features.count + (layerCount + 1) * positionCount + logitCount }

  /// The indices of the feature nodes.
  public var featureRange: Range<Int> { 0..<features.count }

  /// The indices of the error nodes.
  public var errorRange: Range<Int> {
    features.count..<(features.count + layerCount * positionCount)
  }

  /// The indices of the token nodes.
  public var tokenRange: Range<Int> {
    errorRange.upperBound..<(errorRange.upperBound + positionCount)
  }

  /// The indices of the logit nodes.
  public var logitRange: Range<Int> {
    tokenRange.upperBound..<(tokenRange.upperBound + logitCount)
  }
}

extension NodeLayout {
  /// Returns the node at an index in `0..<count`.
  public func node(at index: Int) -> Node {
    precondition((0..<count).contains(index), "no node \(index) among \(count)")
    if index < errorRange.lowerBound { return .feature(features[index]) }
    if index < tokenRange.lowerBound {
      let (layer, position) = (index - errorRange.lowerBound).quotientAndRemainder(dividingBy: positionCount)
      return .error(layer: layer, position: position)
    }
    if index < logitRange.lowerBound { return .token(position: index - tokenRange.lowerBound) }
    return .logit(rank: index - logitRange.lowerBound)
  }

  /// Returns the index of a node, or `nil` if the layout has no such node.
  ///
  /// - Complexity: O(log n) for a feature, O(1) for the others.
  public func index(of node: Node) -> Int? {
    switch node {
    case .feature(let feature):
      let place = firstFeature(notBefore: feature)
      return place < features.count && features[place] == feature ? place : nil
    case .error(let layer, let position):
      guard (0..<layerCount).contains(layer), (0..<positionCount).contains(position) else { return nil }
      return errorRange.lowerBound + layer * positionCount + position
    case .token(let position):
      return (0..<positionCount).contains(position) ? tokenRange.lowerBound + position : nil
    case .logit(let rank):
      return (0..<logitCount).contains(rank) ? logitRange.lowerBound + rank : nil
    }
  }

  /// Returns the indices of one layer's feature nodes.
  public func featureRange(ofLayer layer: Int) -> Range<Int> {
    let start = firstFeature(notBefore: FeatureNode(layer: layer, position: 0, index: 0))
    let end = firstFeature(notBefore: FeatureNode(layer: layer + 1, position: 0, index: 0))
    return start..<end
  }

  private func firstFeature(notBefore feature: FeatureNode) -> Int {
    var low = 0
    var high = features.count
    while low < high {
      let middle = (low + high) / 2
      if features[middle] < feature { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
