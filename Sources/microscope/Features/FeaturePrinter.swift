import FeatureDashboards

/// What is known of a feature, for a person at a terminal.
struct FeaturePrinter {
  let dashboard: FeatureDashboard
  let labels: [FeatureLabel]
  let rule: TokenRule?
  let scores: [FeatureScore]
  /// The labels of the co-active features.
  let others: [FeatureName: FeatureLabel]
  let info: DashboardInfo
  let texts: TokenTexts
  /// Examples of each group.
  let exampleCount: Int

  var text: String {
    [heading, facts, examples].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var heading: String {
    let title = labels.first.map { Terminal.printable($0.text) } ?? "no label"
    let origins = labels.map { label in
      let isFirst = label == labels.first
      return "  "
        + Terminal.faint(
          (isFirst ? "" : "“\(Terminal.printable(label.text))” ") + FeaturePrinter.origin(label))
    }
    return (["\(Terminal.strong("\(dashboard.name)"))  \(title)"] + origins).joined(separator: "\n")
  }

  /// Who gave a label, and on what grounds.
  static func origin(_ label: FeatureLabel) -> String {
    switch label.origin {
    case .person: "by a person"
    case .model(let name, let prompt): "by \(Terminal.printable(name)), prompt \(Terminal.printable(prompt))"
    case .heuristic: "by the offline rules: \(Terminal.printable(label.evidence))"
    }
  }

  private var facts: String {
    var rows: [(String, String)] = [("active", activity)]
    rows.append(
      (
        "tokens",
        dashboard.firingTokens.map { "\(quoted($0.token)) ×\($0.count.grouped)" }.joined(separator: "  ")
      ))
    rows.append(("raises", effects(dashboard.normedLogitEffects.top)))
    rows.append(("lowers", effects(dashboard.normedLogitEffects.bottom)))
    rows.append(("reads", effects(dashboard.embeddingEffects.top)))
    if dashboard.decoderNorms.count > 1 {
      rows.append(
        (
          "writes",
          "layers \(dashboard.name.layer)… " + Sparkline.text(dashboard.decoderNorms.map(Double.init))
        ))
    }
    rows += scores.map { ("judged", judged($0)) }
    rows += dashboard.coactive.prefix(5).enumerated().map { ($0 == 0 ? "with" : "", coactive($1)) }
    return rows.filter { !$0.1.isEmpty }.map { row in
      "  \(row.0.padding(7)) " + (row.0 == "active" ? row.1 : row.1.fitting(max(20, Terminal.width - 10)))
    }.joined(separator: "\n")
  }

  private var activity: String {
    guard dashboard.activePositions > 0 else {
      return "never, in \(info.positionCount.grouped) positions of \(Terminal.printable(info.corpus))"
    }
    let bins = dashboard.histogram.counts
    let merged = stride(from: 0, to: bins.count, by: 2).map { place in
      Double(bins[place..<min(bins.count, place + 2)].reduce(0, +))
    }
    return
      "at \(percentage(dashboard.density)) of \(info.positionCount.grouped) positions (\(dashboard.activePositions.grouped)), "
      + "up to \(number(dashboard.activationRange.greatest))\n          "
      + Sparkline.text(merged.map { ($0 + 1).logarithm })
      + Terminal.faint("  activations from 0 to the greatest, log scale")
  }

  private func effects(_ effects: [TokenEffects.Effect]) -> String {
    effects.prefix(8).map { "\(quoted($0.token)) \(signed($0.value))" }.joined(separator: "  ")
  }

  private func coactive(_ other: CoactiveFeature) -> String {
    let label = others[other.name].map { "  " + Terminal.printable($0.text) } ?? ""
    return "\(other.name) at \(percentage(Double(other.overlap))) of their positions\(label)"
  }

  private func judged(_ score: FeatureScore) -> String {
    let right = score.counts.hits + score.counts.rejections
    let all = right + score.counts.falseAlarms + score.counts.misses
    return "\(score.method.rawValue): \(right) of \(all) right, by \(Terminal.printable(score.judge))"
  }

  private var examples: String {
    dashboard.exampleGroups.compactMap { group in
      let lines = group.examples.prefix(exampleCount).map { example in
        let strength = number(example.activations[example.focus])
        let line = ExampleLine(example: example, texts: texts, greatest: dashboard.activationRange.greatest)
        return "  \(strength.leading(7)) "
          + line.text(columns: Terminal.width - 11, colours: Terminal.showsColours)
      }
      return lines.isEmpty ? nil : (["", Terminal.strong(group.name)] + lines).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private func quoted(_ token: Int) -> String { "‘\(Terminal.visible(texts[token]))’" }
}

/// Bars of one character.
enum Sparkline {
  /// Draws values from 0 to the greatest.
  static func text(_ values: [Double]) -> String {
    let bars = Array("▁▂▃▄▅▆▇█")
    let greatest = values.max() ?? 0
    return String(
      values.map { value in
        value <= 0 || greatest <= 0
          ? " " : bars[min(bars.count - 1, Int(value / greatest * Double(bars.count)))]
      })
  }
}
