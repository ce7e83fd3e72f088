import Foundation
import TranscoderTraining

extension EvaluationReport {
  /// The report as Markdown, whose tables are aligned for terminals too.
  ///
  /// - Parameter figures: Names of figures to show, each with what it is.
  public func markdown(figures: [(file: String, title: String)] = []) -> String {
    var parts = ["# Evaluation of \(model)"]
    if bases.contains(where: { $0.text != nil }) { parts += [textSection, layerSection] }
    if bases.contains(where: { !$0.graphs.isEmpty }) { parts.append(graphSection) }
    if bases.contains(where: { $0.labels != nil }) { parts.append(labelSection) }
    parts += figures.map { "![\($0.title)](\($0.file))" }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var textSection: String {
    let measured = bases.compactMap { basis in basis.text.map { (name: basis.name, text: $0) } }
    let rows: [(String, (TranscoderEvaluation) -> String)] = [
      ("mean FVU", { $0.meanUnexplained.fixed(3) }), ("mean L0", { $0.meanActiveFeatures.fixed(1) }),
      ("never active", { $0.meanDead.percent }), ("top-1 agreement", { $0.agreement.percent }),
      ("where the model is right with p < 0.8", { $0.unsureAgreement.percent }),
      ("KL(model ‖ replacement model)", { $0.divergence.fixed(3) }),
      ("cross-entropy of the model", { $0.crossEntropy.fixed(3) }),
      ("increase by the replacement model", { ($0.replacedCrossEntropy - $0.crossEntropy).fixed(3) }),
      ("recovered of zero ablation", { $0.recoveredFromZero.percent }),
      ("recovered of mean ablation", { $0.recoveredFromMean.percent }),
      ("positions", { String($0.positions) }), ("of them with p < 0.8", { String($0.unsurePositions) }),
    ]
    let table =
      [["replacement model"] + measured.map(\.name)]
      + rows.map { name, value in
        [name] + measured.map { value($0.text) }
      }
    return "## On text\n\n" + MarkdownTable.text(table)
  }

  private var layerSection: String {
    let measured = bases.compactMap { basis in basis.text.map { (name: basis.name, text: $0) } }
    let count = measured.map(\.text.layers.count).max() ?? 0
    let head = ["layer"] + measured.flatMap { ["FVU \($0.name)", "L0", "never active"] }
    let rows = (0..<count).map { layer in
      ["\(layer)"]
        + measured.flatMap { set in
          let numbers = set.text.layers[layer]
          return [numbers.unexplained.fixed(3), numbers.activeFeatures.fixed(1), numbers.dead.percent]
        }
    }
    return "## Layers\n\n" + MarkdownTable.text([head] + rows)
  }

  private var graphSection: String {
    let head = [
      "features", "expanded", "active", "replacement", "completeness", "path length", "coverage",
      "replacement, rest left out", "completeness, rest left out",
    ]
    let rows = nodeCounts.indices.flatMap { place in
      bases.filter { !$0.graphs.isEmpty }.map { row($0, place) }
    }
    let prompts = bases.map(\.graphs.count).max() ?? 0
    return """
      ## Graphs of \(prompts) prompts (\(suite ?? ""))

      Means over the prompts, ± standard error. What was never expanded counts as error, except in the last columns.

      \(MarkdownTable.text([head] + rows))
      """
  }

  private func row(_ basis: Basis, _ place: Int) -> [String] {
    let mean = { (score: (PromptScores.Point) -> Double) in basis.means(score)[place] }
    let active = basis.graphs.reduce(0) { $0 + $1.activeFeatures } / basis.graphs.count
    return [
      basis.name, mean { Double($0.expanded) }.fixed(0), "\(active)",
      mean(\.replacement).fixed(3) + " ± " + basis.standardErrors(\.replacement)[place].fixed(3),
      mean(\.completeness).fixed(3) + " ± " + basis.standardErrors(\.completeness)[place].fixed(3),
      mean(\.pathLength).fixed(2), mean(\.coverage).percent, mean(\.replacementLeftOut).fixed(3),
      mean(\.completenessLeftOut).fixed(3),
    ]
  }
}

/// Rows of cells as a Markdown table in columns of even width.
package enum MarkdownTable {
  package static func text(_ rows: [[String]]) -> String {
    let cells = rows.map { $0.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") } }
    let widths = (cells.first ?? []).indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    var lines = cells.map { row in
      let padded = row.enumerated().map { column, cell in
        let room = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + room : room + cell
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { column, width in
      String(repeating: "-", count: max(1, width + (column == 0 ? 2 : 1))) + (column == 0 ? "" : ":")
    }
    lines.insert("|" + rule.joined(separator: "|") + "|", at: min(1, lines.count))
    return lines.joined(separator: "\n")
  }
}

extension Double {
  package func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }

  var percent: String { (100 * self).fixed(1) + "%" }
}
