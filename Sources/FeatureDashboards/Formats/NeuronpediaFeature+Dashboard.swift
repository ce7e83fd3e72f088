import Foundation

extension NeuronpediaFeature {
  /// Puts a dashboard and its labels into this form.
  public init(
    _ dashboard: FeatureDashboard, labels: [FeatureLabel], info: DashboardInfo, texts: TokenTexts
  ) {
    let effects = dashboard.normedLogitEffects
    modelID = info.model
    layer = "\(dashboard.name.layer)-\(info.basis)"
    index = String(dashboard.name.index)
    maxActApprox = dashboard.activationRange.greatest
    minAct = dashboard.activationRange.least
    fracNonzero = dashboard.density
    activePositions = dashboard.activePositions
    meanActivation = dashboard.meanActivation
    raisedTexts = effects.top.map { texts[$0.token] }
    raisedValues = effects.top.map(\.value)
    loweredTexts = effects.bottom.map { texts[$0.token] }
    loweredValues = effects.bottom.map(\.value)
    histogramHeights = dashboard.histogram.counts.map(Double.init)
    histogramMiddles = dashboard.histogram.middles
    activations = dashboard.exampleGroups.flatMap { group in
      group.examples.map { Activation($0, quantile: group.quantile, texts) }
    }
    explanations = labels.map(Explanation.init)
  }

  /// The feature; nil when its names are no numbers.
  public var name: FeatureName? {
    guard let layer = Int(layer.prefix { $0.isNumber }), let index = Int(index), index >= 0,
      layer < 1 << 24, index < 1 << 32
    else { return nil }
    return FeatureName(layer: layer, index: index)
  }

  /// Its labels.
  public var labels: [FeatureLabel] { explanations.map(\.label) }

  /// Makes a dashboard of it; nil when its names are no numbers.
  ///
  /// - Parameter library: Takes the texts of examples and tokens.
  public func dashboard(_ library: inout TextLibrary) -> FeatureDashboard? {
    guard let name else { return nil }
    let middles = histogramMiddles
    // Bins of equal width from 0 on: the last middle is half a bin below the end.
    let width = middles.last.map { $0 / (Float(middles.count) - 0.5) } ?? 0
    var dashboard = FeatureDashboard(
      name: name, density: fracNonzero, activePositions: max(0, activePositions ?? 0),
      meanActivation: meanActivation ?? 0,
      activationRange: ActivationRange(least: minAct ?? 0, greatest: maxActApprox),
      histogram: ActivationHistogram(
        greatest: width * Float(middles.count), counts: histogramHeights.map { $0.asCount }))
    dashboard.exampleGroups = groups(&library)
    dashboard.normedLogitEffects = TokenEffects(
      top: NeuronpediaFeature.effects(raisedTexts, raisedValues, &library),
      bottom: NeuronpediaFeature.effects(loweredTexts, loweredValues, &library))
    return dashboard
  }

  /// Gathers the examples of each quantile.
  private func groups(_ library: inout TextLibrary) -> [ExampleGroup] {
    var groups: [ExampleGroup] = []
    for activation in activations {
      guard let example = activation.example(&library) else { continue }
      let name = activation.groupName
      if let place = groups.firstIndex(where: { $0.name == name }) {
        groups[place].examples.append(example)
      } else {
        groups.append(ExampleGroup(name: name, examples: [example]))
      }
    }
    return groups
  }

  private static func effects(
    _ texts: [String], _ values: [Float], _ library: inout TextLibrary
  ) -> [TokenEffects.Effect] {
    zip(texts, values).map { TokenEffects.Effect(token: library.id(of: $0), value: $1) }
  }
}

extension NeuronpediaFeature.Activation {
  fileprivate init(_ example: FeatureExample, quantile: (low: Float, high: Float)?, _ texts: TokenTexts) {
    tokens = example.tokens.map { texts[$0] }
    values = example.activations
    maxValue = values.max() ?? 0
    minValue = values.min() ?? 0
    maxValueTokenIndex = values.firstIndex(of: maxValue) ?? 0
    dataIndex = String(example.document)
    qualifyingTokenIndex = example.focus
    binMin = quantile?.low
    binMax = quantile?.high
  }

  fileprivate func example(_ library: inout TextLibrary) -> FeatureExample? {
    library.example(
      tokens, values, focus: qualifyingTokenIndex ?? maxValueTokenIndex,
      document: dataIndex.flatMap(Int32.init).map(Int.init) ?? -1)
  }

  fileprivate var groupName: String {
    guard let binMin, let binMax, (0...1).contains(binMin), (0...1).contains(binMax) else {
      return "Top activations"
    }
    return "\(Int((100 * binMin).rounded()))%–\(Int((100 * binMax).rounded()))%"
  }
}

extension ExampleGroup {
  /// The shares of active positions between which a quantile's examples lie; nil for a group that is none.
  fileprivate var quantile: (low: Float, high: Float)? {
    let parts = name.split(separator: "–").map { Float($0.dropLast()) }
    guard parts.count == 2, let low = parts[0], let high = parts[1] else { return nil }
    return (low / 100, high / 100)
  }
}

extension ActivationHistogram {
  /// The middle of each bin.
  fileprivate var middles: [Float] {
    counts.indices.map { (Float($0) + 0.5) * greatest / Float(counts.count) }
  }
}

extension NeuronpediaFeature.Explanation {
  fileprivate init(_ label: FeatureLabel) {
    description = label.text
    evidence = label.evidence
    time = label.time
    switch label.origin {
    case .heuristic: typeName = "heuristic"
    case .person: authorName = "person"
    case .model(let name, let prompt):
      typeName = prompt
      explanationModelName = name
    }
  }

  /// The label; one whose origin is not said is a model's that nobody named.
  fileprivate var label: FeatureLabel {
    let origin: FeatureLabel.Origin =
      if let explanationModelName {
        .model(name: explanationModelName, prompt: typeName ?? "")
      } else if typeName == "heuristic" {
        .heuristic
      } else if authorName == "person" {
        .person
      } else {
        .model(name: "unknown", prompt: typeName ?? "")
      }
    return FeatureLabel(text: description, origin: origin, evidence: evidence ?? "", time: time ?? 0)
  }
}
