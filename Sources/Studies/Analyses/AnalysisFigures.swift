import Evaluations
public import FeatureDashboards
public import Figures

extension FeatureOverlap {
  /// The overlap by layer, with its 95% intervals.
  public var figure: LineChart {
    let line = { (name: String, estimate: (Layer) -> MeanEstimate) in
      LineChart.Series(
        name: name, values: layers.map { estimate($0).mean ?? .nan },
        intervals: layers.map { estimate($0).range })
    }
    return LineChart(
      title: "Features shared by \(languages.count) languages, \(items) texts", xLabel: "layer",
      yLabel: "intersection over union of active features, 95% intervals", x: layers.indices.map(Double.init),
      series: [line("same meaning", \.parallel), line("unrelated", \.unrelated)])
  }
}

extension PictureGrid {
  /// Operand plots as pictures, each under its feature's name and rule.
  ///
  /// - Parameters:
  ///   - plots: Over one grid.
  ///   - names: What stands first above each.
  public init(title: String, _ plots: [OperandPlot], names: [String]) {
    precondition(plots.count == names.count && !plots.isEmpty, "\(plots.count) plots, \(names.count) names")
    self.init(
      title: title, xLabel: "a", yLabel: "b", x: plots[0].grid.a, y: plots[0].grid.b,
      pictures: zip(plots, names).map { plot, name in
        Picture(title: [name] + plot.fit().lines(greatest: plot.greatest), values: plot.rows)
      })
  }
}

extension OperandFit {
  /// What stands above a picture: the rule, its score, and the scale.
  fileprivate func lines(greatest: Float) -> [String] {
    let active = values.prefix(3).joined(separator: ", ") + (values.count > 3 ? " …" : "")
    let most = "max \(Double(greatest).fixed(2))"
    return [rule.map { $0 + ": " + active } ?? kind, score.map { most + ", R² " + $0.fixed(2) } ?? most]
  }
}

extension HeatMap {
  /// The graphs at the positions of a text: how sure the model was, what the graphs captured, and which features acted.
  ///
  /// - Parameters:
  ///   - count: How many features are shown, those with the greatest share at any position.
  ///   - piece: The text of a token.
  ///   - label: What a feature is called.
  public init(
    _ summaries: [PositionSummary], features count: Int = 30, piece: (Int) -> String,
    label: (FeatureName) -> String
  ) {
    let shares = summaries.map { summary in
      Dictionary(uniqueKeysWithValues: summary.features.map { ($0.feature, $0.share) })
    }
    let greatest = shares.reduce(into: [FeatureName: Double]()) { $0.merge($1) { max($0, $1) } }
    let shown = greatest.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(count).map(\.key)
    // In the order in which they come up, so that the picture shows what takes over from what.
    let ordered = shown.map { feature in (feature, shares.firstIndex { ($0[feature] ?? 0) > 0 } ?? 0) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    self.init(
      title: "Attribution at \(summaries.count) positions",
      xLabel: "position: the token behind which the next one is explained",
      columns: summaries.map { piece($0.token) },
      groups: [
        Group(
          name: "probability", most: 1,
          rows: [
            Row(
              name: "of the text's next token", values: summaries.map { $0.nextProbability.map(Double.init) }),
            Row(name: "of the most probable token", values: summaries.map { Double($0.topProbability) }),
          ]),
        Group(
          name: "score of the graph", most: 1,
          rows: [
            Row(name: "replacement", values: summaries.map(\.replacement)),
            Row(name: "completeness", values: summaries.map(\.completeness)),
          ]),
        Group(
          name: "share of the influence through a feature",
          rows: ordered.map { feature in Row(name: label(feature), values: shares.map { $0[feature] }) }),
      ])
  }
}

extension SignedBars {
  /// What the features that differ most do to the contrast of two prompts.
  ///
  /// - Parameters:
  ///   - names: What the prompts are called.
  ///   - label: What a feature is called.
  public init(
    _ contrast: GraphContrast, rows count: Int = 24, names: (String, String), outputs: (String, String),
    label: (FeatureName) -> String
  ) {
    let bar = { (presence: GraphContrast.Presence) in
      Bar(presence.effect.map(Double.init), isHypothetical: presence.isHypothetical)
    }
    let isOne = contrast.sides[0].top == contrast.sides[1].top
    self.init(
      title: "What the features that differ most do directly",
      xLabel: isOne
        ? "direct effect on the logit of \(outputs.0)"
        : "direct effect on the logit of \(outputs.0) − that of \(outputs.1)",
      series: ["in: \(names.0)", "in: \(names.1)"],
      hypothetical: "silent there: what it would do if it were as active as in the other prompt",
      rows: contrast.rows.prefix(count).map {
        Row(name: label($0.feature), bars: [bar($0.first), bar($0.second)])
      })
  }
}
