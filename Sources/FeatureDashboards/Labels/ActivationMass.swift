/// Where the activation of a feature lies, by token and by what stands before: what the offline rules look at.
struct ActivationMass {
  /// A token with its share of something.
  struct Share {
    var token: Int
    var share: Double
  }

  /// How many positions of the corpus it is active at.
  let activeCount: Int
  /// The shares of the whole activation that lie on tokens, from the corpus, the greatest first.
  let onTokens: [Share]
  /// The shares of active positions that have a token, by token, from the corpus.
  let countShares: [Int: Double]
  /// The shares of the strongest examples' activation that lie behind a token, the greatest first.
  let behind: [Share]
  /// The shares of the strongest examples' activation that have a token among those before, by token.
  let within: [Int: Double]
  /// The active places of the quantiles' examples, which are drawn at random: rules that the strongest examples suggest are
  /// measured on these.
  let places: [Place]

  /// A place of an example at which the feature is active.
  struct Place {
    /// The example's tokens.
    var text: [Int]
    /// The place among them.
    var place: Int
    /// Its share of the examples' activation.
    var share: Double
  }

  init(_ dashboard: FeatureDashboard) {
    activeCount = dashboard.activePositions
    let whole = max(
      Double(activeCount) * dashboard.meanActivation, dashboard.firingTokens.reduce(0) { $0 + $1.mass }, 1e-30
    )
    onTokens = dashboard.firingTokens.map { Share(token: $0.token, share: $0.mass / whole) }
      .sorted { ($0.share, $1.token) > ($1.share, $0.token) }
    let count = Double(max(1, activeCount))
    countShares = Dictionary(
      dashboard.firingTokens.map { ($0.token, min(1, Double($0.count) / count)) }, uniquingKeysWith: max)
    let strongest = dashboard.exampleGroups.first?.examples ?? []
    let drawn = dashboard.exampleGroups.dropFirst().flatMap(\.examples)
    places = ActivationMass.places(drawn.isEmpty ? strongest : drawn)
    var (behind, within): ([Int: Double], [Int: Double]) = ([:], [:])
    for place in ActivationMass.places(strongest) {
      let before = place.text[max(0, place.place - TokenRule.reach)..<place.place]
      if let last = before.last { behind[last, default: 0] += place.share }
      for token in Set(before) { within[token, default: 0] += place.share }
    }
    self.behind = behind.map { Share(token: $0, share: $1) }
      .sorted { ($0.share, $1.token) > ($1.share, $0.token) }
    self.within = within
  }

  /// The share of the examples' activation at which a rule holds.
  func share(of rule: TokenRule, _ lexicon: Lexicon) -> Double {
    places.reduce(0) { sum, place in
      let holds = rule.holds(in: place.text[...], at: place.place, classes: lexicon.classes)
      return sum + (holds ? place.share : 0)
    }
  }

  private static func places(_ examples: [FeatureExample]) -> [Place] {
    let whole = examples.reduce(0.0) { $0 + $1.activations.reduce(0.0) { $0 + Double(max(0, $1)) } }
    return examples.flatMap { example in
      zip(example.activations, 0...).compactMap { activation, place in
        activation > 0 && place < example.tokens.count
          ? Place(text: example.tokens, place: place, share: Double(activation) / whole) : nil
      }
    }
  }
}

extension FiringToken {
  /// The activation on this token, summed.
  fileprivate var mass: Double { Double(count) * Double(meanActivation) }
}
