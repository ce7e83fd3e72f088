extension LayerTally {
  /// What the tally knows of a feature.
  ///
  /// - Parameters:
  ///   - passages: All that were read.
  ///   - positions: How many positions were counted.
  func dashboard(_ feature: Int, _ passages: [Passage], positions: Int) -> FeatureDashboard {
    let settings = settings
    let top = strongest.sorted(feature).map { example($0, in: strongest, passages) }
    let drawn = sample.sorted(feature).map { example($0, in: sample, passages) }
    let groups = [ExampleGroup(name: "Top activations", examples: top)] + quantiles(drawn)
    return FeatureDashboard(
      name: FeatureName(layer: layer, index: feature),
      density: Double(active[feature]) / Double(max(1, positions)), activePositions: active[feature],
      meanActivation: sums[feature] / Double(max(1, active[feature])), activationRange: ranges[feature],
      histogram: histograms.histogram(feature), exampleGroups: active[feature] == 0 ? [] : groups,
      firingTokens: tokens.most(settings.listLength, of: feature))
  }

  /// Shares drawn examples out to quantiles of their activation, and takes the first drawn of each.
  private func quantiles(_ drawn: [FeatureExample]) -> [ExampleGroup] {
    let order = drawn.indices.sorted { left, right in
      (drawn[left].strength, right) > (drawn[right].strength, left)
    }
    let count = DashboardSettings.quantiles
    return (0..<count).map { group in
      let members = order[group * order.count / count..<(group + 1) * order.count / count]
      let chosen = Set(members.sorted().prefix(settings.quantileCount))
      let (low, high) = (100 * (count - group - 1) / count, 100 * (count - group) / count)
      return ExampleGroup(
        name: "\(low)%–\(high)%", examples: members.filter(chosen.contains).map { drawn[$0] })
    }
  }

  /// Cuts out the tokens around a place.
  private func example(
    _ place: CandidateLists.Place, in lists: CandidateLists, _ passages: [Passage]
  ) -> FeatureExample {
    let passage = passages[Int(place.passage)]
    let focus = Int(place.position)
    let range = max(0, focus - settings.window)..<min(passage.tokens.count, focus + settings.window + 1)
    var activations = [Float](repeating: 0, count: range.count)
    for (position, value) in lists.surroundings(place) { activations[position - range.lowerBound] = value }
    return FeatureExample(
      passage: passage.id, start: range.lowerBound, document: passage.documents[focus],
      tokens: Array(passage.tokens[range]), activations: activations, focus: focus - range.lowerBound)
  }
}

extension FeatureExample {
  /// The activation at the position that the example was chosen for.
  public var strength: Float { activations[focus] }
}
