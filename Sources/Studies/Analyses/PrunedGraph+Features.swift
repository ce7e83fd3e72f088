public import CircuitGraphs
public import FeatureDashboards

extension PrunedGraph {
  /// Returns the features of the pruned graph with the most influence in the whole one, each once.
  ///
  /// - Parameters:
  ///   - count: The most features.
  ///   - position: Where they must be active; nil for anywhere.
  public func strongestFeatures(_ count: Int, at position: Int? = nil) -> [FeatureName] {
    let influence = original.influence()
    var sums: [FeatureName: Double] = [:]
    for node in keptNodes where node < layout.features.count {
      let feature = layout.features[node]
      guard position.map({ $0 == feature.position }) ?? true else { continue }
      sums[FeatureName(layer: feature.layer, index: feature.index), default: 0] += influence[node]
    }
    return sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(count).map(\.key)
  }
}
