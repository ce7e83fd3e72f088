import LinearAlgebra

extension DashboardInfo {
  /// Returns random features, all as likely, in the order of names.
  ///
  /// - Parameter count: How many, at most all that there are.
  public func randomFeatures(_ count: Int, seed: UInt64) -> [FeatureName] {
    let total = featureCounts.reduce(0, +)
    var random = SplitMix64(seed: seed)
    var chosen: Set<Int> = []
    while chosen.count < min(count, total) { chosen.insert(Int(random.next() % UInt64(total))) }
    return chosen.sorted().map(feature)
  }

  /// The feature with a number, counted through the layers.
  private func feature(_ number: Int) -> FeatureName {
    var (rest, layer) = (number, 0)
    while rest >= featureCounts[layer] {
      rest -= featureCounts[layer]
      layer += 1
    }
    return FeatureName(layer: layer, index: rest)
  }
}
