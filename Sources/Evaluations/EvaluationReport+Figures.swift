import Figures
import TranscoderTraining

extension EvaluationReport {
  /// A figure of a report.
  public struct Figure: Sendable {
    /// The file's name.
    public var file: String
    /// What it shows.
    public var title: String
    /// The drawing.
    public var svg: String
  }

  /// What was measured, as figures.
  public var figures: [Figure] { textFigures + graphFigures }

  private var textFigures: [Figure] {
    let measured = bases.compactMap { basis in basis.text.map { (name: basis.name, text: $0) } }
    guard let count = measured.map(\.text.layers.count).max() else { return [] }
    let byLayer = { (title: String, label: String, value: (TranscoderEvaluation.Layer) -> Double) in
      LineChart(
        title: title, xLabel: "layer", yLabel: label, x: (0..<count).map(Double.init),
        series: measured.map { .init(name: $0.name, values: $0.text.layers.map(value)) })
    }
    let places = TranscoderEvaluation.densityFloors
    let densities = LineChart(
      title: "Share of the features that are active so often", xLabel: "log10 of the share of positions",
      yLabel: "share of features", x: places,
      series: measured.map { .init(name: $0.name, values: $0.text.densityShares) })
    return [
      Figure("fvu.svg", byLayer("Unexplained fraction of variance", "FVU", \.unexplained)),
      Figure("l0.svg", byLayer("Active features at a position", "L0", \.activeFeatures)),
      Figure("density.svg", densities),
    ]
  }

  private var graphFigures: [Figure] {
    let drawn = bases.filter { !$0.graphs.isEmpty }
    guard !drawn.isEmpty else { return [] }
    let chart = { (title: String, label: String, score: (PromptScores.Point) -> Double) in
      LineChart(
        title: title, xLabel: "features expanded", yLabel: label, x: nodeCounts.map(Double.init),
        series: drawn.map { .init(name: $0.name, values: $0.means(score)) })
    }
    return [
      Figure("replacement.svg", chart("Replacement score of graphs", "mean over prompts", \.replacement)),
      Figure("completeness.svg", chart("Completeness of graphs", "mean over prompts", \.completeness)),
    ]
  }
}

extension EvaluationReport.Figure {
  fileprivate init(_ file: String, _ chart: LineChart) {
    self.init(file: file, title: chart.title, svg: chart.svg)
  }
}
