public import CircuitGraphs

extension AttributionGraph {
  /// Returns the node that a graph file written here calls `id`, or nil.
  ///
  /// `0_a_b` is a feature of layer 0 where the graph has it, else the error of layer a.
  public func node(withID id: String) -> Node? {
    let parts = id.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3, let second = Int(parts[1]), let third = Int(parts[2]) else { return nil }
    if parts[0] == "E" { return known(.token(position: third)) }
    if parts[0] == "error" { return known(.error(layer: second, position: third)) }
    guard let first = Int(parts[0]) else { return nil }
    if first == layout.layerCount + 1, let rank = logits.firstIndex(where: { $0.vocabularyIndex == second }) {
      return .logit(rank: rank)
    }
    return known(.feature(FeatureNode(layer: first, position: third, index: second)))
      ?? (first == 0 ? known(.error(layer: second, position: third)) : nil)
  }

  private func known(_ node: Node) -> Node? { layout.index(of: node) == nil ? nil : node }
}
