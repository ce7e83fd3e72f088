import FeatureDashboards

extension EvaluationReport {
  /// How well labels tell where features are active.
  var labelSection: String {
    let measured = bases.compactMap { basis in basis.labels.map { (name: basis.name, labels: $0) } }
    let share = { (value: Double?) in value.map { $0.fixed(3) } ?? "–" }
    let rows: [(String, (InterpretabilitySummary) -> String)] = [
      ("features", { "\($0.features)" }),
      ("with a rule", { (Double($0.withRule) / Double(max(1, $0.features))).percent }),
      ("positions of held-out text", { "\($0.places)" }),
      ("active there, with a rule", { "\($0.rules.features)" }),
      ("active there, without", { "\($0.activeWithoutRule)" }),
      ("precision of rules", { share($0.rules.precision) }), ("recall of rules", { share($0.rules.recall) }),
      ("share of activation where rules hold", { share($0.massRecall) }),
      ("F1 of rules", { share($0.rules.f1) }),
      ("F1 of all, no rule counts 0", { $0.f1OfAll.fixed(3) }),
    ]
    let table =
      [["labels"] + measured.map(\.name)]
      + rows.map { name, value in [name] + measured.map { value($0.labels) } }
    let least = InterpretabilitySummary.leastPlaces
    return """
      ## Labels

      Does the rule that a heuristic label states tell where its feature is active? Means over the features that are \
      active at \(least) or more positions of text that made no label.

      \(MarkdownTable.text(table))\(judgements(measured))
      """
  }

  private func judgements(_ measured: [(name: String, labels: InterpretabilitySummary)]) -> String {
    let rows = measured.flatMap { basis in
      basis.labels.judged.map { judged in
        [
          basis.name, judged.method.rawValue, judged.judge, "\(judged.means.features)",
          judged.means.accuracy.map { $0.fixed(3) } ?? "–",
        ]
      }
    }
    guard !rows.isEmpty else { return "" }
    let head = ["features of", "method", "judge", "features", "accuracy"]
    return "\n\nWhat language models said of features and labels; guessing gives 0.5.\n\n"
      + MarkdownTable.text([head] + rows)
  }
}
