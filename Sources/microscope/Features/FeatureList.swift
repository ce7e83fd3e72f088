import FeatureDashboards

/// Features one below the other, with numbers and labels.
enum FeatureList {
  /// Draws rows: a feature, some cells, and its label, cut to the terminal.
  ///
  /// - Parameter head: What stands above the cells.
  static func text(
    _ rows: [(name: FeatureName, cells: [String])], head: [String], labels: [FeatureName: FeatureLabel]
  ) -> String {
    let cells = [["feature"] + head] + rows.map { ["\($0.name)"] + $0.cells }
    let widths = cells[0].indices.map { column in cells.map { $0[column].columns }.max() ?? 0 }
    let used = widths.reduce(0) { $0 + $1 + 2 }
    return cells.enumerated().map { place, row in
      let left = row.enumerated().map { $0 == 0 ? $1.filling(widths[0]) : $1.leading(widths[$0]) }
      let label =
        place == 0 ? "label" : labels[rows[place - 1].name].map { Terminal.printable($0.text) } ?? "–"
      let line = left.joined(separator: "  ") + "  " + label.fitting(max(12, Terminal.width - used - 2))
      return place == 0 ? Terminal.faint(line) : line
    }.joined(separator: "\n")
  }
}
