import Evaluations
import Interventions

extension CalibrationReport {
  /// The report as Markdown, whose table is aligned for terminals too.
  ///
  /// - Parameter figure: The name of a figure to show.
  public func markdown(figure: String? = nil) -> String {
    let head = ["score"] + bases.flatMap { [$0.name, "control"] }
    let rows = Self.rows.map { name, cell in [name] + bases.flatMap { [cell($0.key), cell($0.control)] } }
    let exact = bases.compactMap { basis in basis.key.exact.map { Self.sentence($0, basis.name) } }
    return
      ([
        "## Calibration of \(model)",
        "The model answers \(answered.successes) of \(answered.trials) fresh prompts of \(specimen) as the key says; "
          + "these are scored. Encodings are told from \(settings.probes) others (F1 ≥ \(settings.encodingThreshold)).",
        MarkdownTable.text([head] + rows),
      ] + exact + (figure.map { ["![Calibration of \(model)](\($0))"] } ?? [])).joined(separator: "\n\n")
      + "\n"
  }

  private static var rows: [(String, (CalibrationScores) -> String)] {
    [
      ("features that encode a computed variable", { "\($0.encodingFeatures)" }),
      ("recall of computed variables", { text($0.found) }),
      ("recall before pruning", { text($0.foundUnpruned) }), ("precision of nodes", { text($0.known) }),
      ("precision by influence", { text($0.knownInfluence) }),
      ("edges found with their sign", { text($0.edges) }),
      ("sign agreement where both ends are found", { text($0.signs) }),
      ("share of shortcut edges", { text($0.shortcuts) }),
      ("influence that bypasses", { text($0.bypassing) }),
      ("suppressions as the key says", { text($0.suppressions) }),
      ("other features instead: answer changes", { text($0.otherSuppressions) }),
      ("exchanges that give the donor's answer", { text($0.swaps) }),
    ]
  }

  private static func text(_ rate: Rate) -> String {
    rate.trials == 0 ? "–" : "\(rate.share.fixed(3)) of \(rate.trials)"
  }

  private static func text(_ mean: Mean) -> String { mean.value.map { $0.fixed(3) } ?? "–" }

  private static func sentence(_ exact: ExactEdges, _ name: String) -> String {
    "Exact edges, \(name): \(exact.found.successes) of \(exact.found.trials) within \(ExactEdges.tolerance); "
      + "the largest deviation is \(exact.largestDeviation)."
  }
}
