/// A dashboard cut to some limits, with its numbers rounded: all that is packed of it.
struct PackedFeature: Equatable, Sendable {
  struct Group: Equatable {
    var name: String
    var examples: [Example]
  }

  struct Example: Equatable {
    var passage: Int
    /// The position that the example was chosen for, in its passage.
    var position: Int
    /// Places in the example at which the feature is active, and activations in 255ths of the greatest.
    var active: [Active]
  }

  struct Active: Equatable {
    var place: Int
    var part: UInt8
  }

  struct Token: Equatable {
    var token: Int
    /// The scaled count of a firing token; for others the value in 127ths of the greatest magnitude, with its sign.
    var size: UInt8
    /// A firing token's mean activation in 255ths of the greatest.
    var mean: UInt8 = 0
  }

  struct Coactive: Equatable {
    var name: FeatureName
    /// The overlap in 255ths.
    var part: UInt8
  }

  struct Effects: Equatable {
    /// The greatest magnitude.
    var scale: UInt16
    var tokens: [Token]
  }

  var name: FeatureName
  var active: Int
  var least: UInt16
  var mean: UInt16
  var greatest: UInt16
  var histogramEnd: UInt16
  var bins: [UInt8]
  var groups: [Group]
  var firing: [Token]
  var raised: Effects
  var lowered: Effects
  var embeddings: Effects
  var norms: [UInt16]
  var coactive: [Coactive]
}

extension PackedFeature {
  /// Cuts and rounds a dashboard.
  init(_ dashboard: FeatureDashboard, _ limits: PackLimits, positions: Int) {
    let range = dashboard.activationRange
    name = dashboard.name
    active =
      dashboard.activePositions > 0
      ? dashboard.activePositions : Int((dashboard.density * Double(positions)).rounded())
    (least, mean) = (RoundedNumbers.half(range.least), RoundedNumbers.half(Float(dashboard.meanActivation)))
    greatest = RoundedNumbers.halfAbove(range.greatest)
    let whole = RoundedNumbers.number(greatest)
    histogramEnd = RoundedNumbers.half(dashboard.histogram.greatest)
    bins = dashboard.histogram.joined(limits.bins).map(RoundedNumbers.scaled)
    groups = dashboard.exampleGroups.enumerated().map { place, group in
      let kept = group.examples.prefix(place == 0 ? limits.top : limits.quantile)
      return Group(name: group.name, examples: kept.map { Example($0, limits, whole) })
    }
    firing = dashboard.firingTokens.prefix(limits.firingTokens).map {
      Token(
        token: $0.token, size: RoundedNumbers.scaled($0.count),
        mean: RoundedNumbers.part($0.meanActivation, of: whole))
    }
    raised = Effects(dashboard.normedLogitEffects.top.prefix(limits.raised))
    lowered = Effects(dashboard.normedLogitEffects.bottom.prefix(limits.lowered))
    embeddings = Effects(dashboard.embeddingEffects.top.prefix(limits.embeddings))
    norms = dashboard.decoderNorms.map(RoundedNumbers.half)
    coactive = dashboard.coactive.prefix(limits.coactive).map {
      Coactive(name: $0.name, part: RoundedNumbers.part($0.overlap, of: 1))
    }
  }

  /// Returns the dashboard that this stands for.
  ///
  /// - Parameter passage: Finds a passage.
  func dashboard(
    positions: Int, limits: PackLimits, passage: (Int) -> Passage?
  ) -> FeatureDashboard {
    let whole = RoundedNumbers.number(greatest)
    return FeatureDashboard(
      name: name, density: Double(active) / Double(max(1, positions)), activePositions: active,
      meanActivation: Double(RoundedNumbers.number(mean)),
      activationRange: ActivationRange(least: RoundedNumbers.number(least), greatest: whole),
      histogram: ActivationHistogram(
        greatest: RoundedNumbers.number(histogramEnd), counts: bins.map(RoundedNumbers.count)),
      exampleGroups: groups.map { group in
        ExampleGroup(
          name: group.name,
          examples: group.examples.compactMap { example in
            passage(example.passage).flatMap { example.cut(from: $0, limits, whole) }
          })
      },
      firingTokens: firing.map {
        FiringToken(
          token: $0.token, count: RoundedNumbers.count($0.size),
          meanActivation: RoundedNumbers.number($0.mean, of: whole))
      },
      normedLogitEffects: TokenEffects(top: raised.effects, bottom: lowered.effects),
      embeddingEffects: TokenEffects(top: embeddings.effects, bottom: []),
      decoderNorms: norms.map(RoundedNumbers.number),
      coactive: coactive.map {
        CoactiveFeature(name: $0.name, overlap: RoundedNumbers.number($0.part, of: 1))
      })
  }
}

extension PackedFeature.Example {
  fileprivate init(_ example: FeatureExample, _ limits: PackLimits, _ whole: Float) {
    passage = example.passage
    position = example.start + example.focus
    let shift = example.focus - min(position, limits.window)
    active = example.activations.enumerated().compactMap { place, value in
      let part = RoundedNumbers.part(value, of: whole)
      guard part > 0, abs(place - example.focus) <= limits.window else { return nil }
      return PackedFeature.Active(place: place - shift, part: part)
    }
  }

  /// The example: as many tokens to either side of its middle as there are, at most those of the window.
  fileprivate func cut(from passage: Passage, _ limits: PackLimits, _ whole: Float) -> FeatureExample? {
    guard passage.tokens.indices.contains(position) else { return nil }
    let range =
      max(0, position - limits.window)..<min(passage.tokens.count, position + limits.window + 1)
    var activations = [Float](repeating: 0, count: range.count)
    for entry in active {
      guard entry.place < range.count else { return nil }
      activations[entry.place] = RoundedNumbers.number(entry.part, of: whole)
    }
    return FeatureExample(
      passage: passage.id, start: range.lowerBound, document: passage.documents[position],
      tokens: Array(passage.tokens[range]), activations: activations, focus: position - range.lowerBound)
  }
}

extension PackedFeature.Effects {
  fileprivate init(_ effects: some Collection<TokenEffects.Effect>) {
    scale = RoundedNumbers.halfAbove(effects.map { abs($0.value) }.max() ?? 0)
    let whole = RoundedNumbers.number(scale)
    tokens = effects.map { effect in
      let share = effect.value / whole
      let part = share.isFinite ? Int8((max(-1, min(1, share)) * 127).rounded()) : 0
      return PackedFeature.Token(token: effect.token, size: UInt8(bitPattern: part))
    }
  }

  /// The tokens with their values.
  fileprivate var effects: [TokenEffects.Effect] {
    let whole = RoundedNumbers.number(scale)
    return tokens.map {
      TokenEffects.Effect(token: $0.token, value: Float(Int8(bitPattern: $0.size)) / 127 * whole)
    }
  }
}

extension ActivationHistogram {
  /// The counts of fewer bins, each of which joins as many; unchanged where they do not divide.
  func joined(_ bins: Int) -> [Int] {
    guard counts.count > bins, counts.count % bins == 0 else { return counts }
    let width = counts.count / bins
    return (0..<bins).map { counts[$0 * width..<($0 + 1) * width].reduce(0, +) }
  }
}
