import Figures

extension StudyReport {
  /// A drawing of a report.
  public struct Figure: Sendable {
    /// The file's name.
    public var file: String
    /// What it shows.
    public var title: String
    /// The drawing.
    public var svg: String
  }

  /// All drawings, in the order in which a report shows them.
  public var figures: [Figure] { diagrams + charts }

  /// The supernodes and what they do to each other, in the mean over the prompts, for each set with graphs.
  public var diagrams: [Figure] {
    graphs.enumerated().compactMap { place, graphs in
      diagram(graphs, file: place == 0 ? "supernodes.svg" : "supernodes-\(place + 1).svg")
    }
  }

  /// The diagram of a set; nil where no supernode is in its graphs.
  func diagram(_ graphs: SetGraphs, file: String) -> Figure? {
    let shown = graphs.nodes.filter { $0.share > 0 }
    guard !shown.isEmpty else { return nil }
    let places = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1.name, $0) })
    let chart = FlowDiagram(
      title: "Supernodes of ‘\(graphs.prompts)’, mean over \(graphs.captured.count) graphs",
      boxes: shown.map { node in
        .init(
          name: node.name, detail: "in \(node.share.percent), \(node.members.short(1)) nodes",
          level: node.layer,
          presence: node.share)
      },
      arrows: graphs.edges.compactMap { edge in
        guard let from = places[edge.from], let to = places[edge.to] else { return nil }
        return .init(from: from, to: to, weight: edge.weight)
      })
    return Figure(file: file, title: "Supernodes of ‘\(graphs.prompts)’", svg: chart.svg)
  }

  /// The charts that the study asks for; where it asks for none, all shares and every sweep.
  public var charts: [Figure] {
    let asked =
      study.figures.isEmpty
      ? [StudyFigure(title: "What was measured", content: .bars(findings.map(\.name)))]
        + curves.map {
          StudyFigure(title: "‘\($0.intervention)’ at other strengths", content: .curve($0.intervention))
        }
      : study.figures
    return asked.enumerated().compactMap { place, figure in
      let svg: String? =
        switch figure.content {
        case .bars(let names): bars(figure.title, names)
        case .curve(let name): curve(figure.title, name)
        }
      return svg.map { Figure(file: "figure-\(place + 1).svg", title: figure.title, svg: $0) }
    }
  }

  private func bars(_ title: String, _ names: [String]) -> String? {
    let shown = names.compactMap { name in findings.first { $0.name == name } }
    guard !shown.isEmpty else { return nil }
    return HorizontalBarChart(
      title: title, kinds: ("held", "failed"), mark: "claimed",
      bars: shown.map { finding in
        .init(
          name: finding.name, share: finding.value,
          interval: finding.interval.map { min($0[0], $0[1])...max($0[0], $0[1]) },
          mark: finding.threshold, isOther: finding.verdict == .failed)
      }
    ).svg
  }

  private func curve(_ title: String, _ name: String) -> String? {
    guard let curve = curves.first(where: { $0.intervention == name }) else { return nil }
    let points = curve.points
    var series = [LineChart.Series(name: "P(own answer)", values: points.map(\.answer))]
    if points.allSatisfy({ $0.donor != nil }) {
      series.append(.init(name: "P(donor's answer)", values: points.map { $0.donor ?? 0 }))
    }
    let changed = Set(study.interventions.first { $0.name == name }?.changes.map(\.supernode) ?? [])
    for node in study.supernodes.map(\.name)
    where !changed.contains(node) && points.allSatisfy({ $0.supernodes[node] != nil }) {
      series.append(.init(name: "\(node) ÷ before", values: points.map { $0.supernodes[node] ?? 0 }))
    }
    var chart = LineChart(
      title: title, xLabel: curve.axis + " of the intervention", yLabel: "mean over prompts",
      x: points.map(\.strength), series: series)
    if let crossover = curve.crossover { chart.marks = [(crossover, "crossover at \(crossover.short(2))")] }
    return chart.svg
  }
}

extension Double {
  /// A share in percent, with a digit behind the point only where it is small; twenty times and more as a multiple.
  package var percent: String {
    if abs(self) >= 20, abs(self) < 1e9 { return "\(Int(rounded()))×" }
    let tenths = (1000 * self).rounded() / 10
    return abs(tenths) < 10 ? "\(tenths.short)%" : "\(Int(tenths.rounded()))%"
  }

  /// The number with at most so many digits behind the point.
  func short(_ digits: Int) -> String {
    let power = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    return ((self * power).rounded() / power).short
  }
}
