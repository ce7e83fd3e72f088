import FeatureDashboards
import Figures
import Studies

/// What `operands` found.
struct OperandsReport: Encodable {
  /// A feature over all pairs.
  struct Row: Encodable {
    var feature: FeatureName
    var label: String
    var fit: OperandFit
    var greatest: Float
    /// The share of pairs on which it is active.
    var density: Double
    /// For each further template, the correlation of its plot with the first one's; null where one is constant.
    var correlations: [Double?]
    /// The activations: those of all b for the first a, and so on.
    var values: [Float]
  }

  var model: String
  var transcoders: String
  var templates: [String]
  var position: Int
  var a: [Int]
  var b: [Int]
  var features: [Row]

  init(
    _ subject: AnalysisSubject, templates: [String], position: Int, grid: OperandGrid, plots: [[OperandPlot]],
    labels: [FeatureName: String]
  ) {
    model = subject.name
    transcoders = subject.basisName
    self.templates = templates
    self.position = position
    (a, b) = (grid.a, grid.b)
    features = plots[0].enumerated().map { place, plot in
      Row(
        feature: plot.feature, label: labels[plot.feature] ?? "\(plot.feature)", fit: plot.fit(),
        greatest: plot.greatest, density: plot.density,
        correlations: plots.dropFirst().map { plot.correlation(with: $0[place]) }, values: plot.values)
    }
  }

  /// The plots: without further templates four in a row, else a row for each feature.
  func picture(_ plots: [[OperandPlot]]) -> PictureGrid {
    let names = features.map { String($0.label.prefix(30)) }
    guard templates.count > 1 else {
      return PictureGrid(title: "‘\(templates[0])’ on \(model), \(transcoders)", plots[0], names: names)
    }
    let order = plots[0].indices.flatMap { place in plots.indices.map { (place, $0) } }
    var grid = PictureGrid(
      title: "The same features in \(templates.count) contexts on \(model), \(transcoders)",
      order.map { plots[$0.1][$0.0] }, names: order.map { names[$0.0] + ($0.1 > 0 ? " (\($0.1 + 1))" : "") })
    grid.columns = templates.count
    return grid
  }

  /// A table for people.
  var text: String {
    let rows = features.map { row in
      [
        row.label, row.fit.kind, row.fit.rule ?? "–", row.fit.values.prefix(5).joined(separator: ", "),
        row.fit.score?.rounded(to: 2) ?? "–", Double(row.greatest).rounded(to: 2),
        "\((100 * row.density).rounded(to: 1))%",
      ] + row.correlations.map { $0?.rounded(to: 2) ?? "–" }
    }
    let head =
      ["feature", "kind", "rule", "active for", "R²", "max", "active"]
      + templates.dropFirst().indices.map { "r (\($0 + 1))" }
    let contexts = templates.enumerated().map { "(\($0 + 1)) \(Terminal.visible($1))" }
    return
      (["\(model), \(transcoders), \(a.count) × \(b.count) pairs, position \(position)"] + contexts + [""]
      + Table.lines([head] + rows)).joined(separator: "\n")
  }
}
