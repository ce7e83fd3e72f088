import Evaluations
import Interventions
import LiveServices

extension StudyReport {
  /// What came out, in a sentence.
  public var summary: String {
    let counts = [Verdict.held, .failed, .untestable].filter { count($0) > 0 }.map {
      "\(count($0)) \($0.rawValue)"
    }
    let sentence = "Of \(findings.count) hypotheses: \(counts.joined(separator: ", "))."
    guard let control else { return sentence }
    return sentence + " This is the control ‘\(control.rawValue)’, which must not hold"
      + (count(.held) == findings.count ? ": the study shows nothing." : ".")
  }

  /// The report as Markdown, whose tables are aligned for terminals too.
  ///
  /// - Parameter figures: Names of figures to show, each with what it is.
  public func markdown(figures: [(file: String, title: String)] = []) -> String {
    var parts = ["# \(study.title)", study.question, "**\(model)** through **\(basis)**. \(summary)"]
    if let source = study.source { parts.append("After: \(source).") }
    parts += ["## What the model does", MarkdownTable.text(behaviourRows), exampleLines]
    parts += ["## Hypotheses", MarkdownTable.text(findingRows)]
    parts += findings.compactMap { finding in
      let notes = [finding.claim, finding.reason.map { "Not testable here: \($0)." }].compactMap { $0 }
      return notes.isEmpty ? nil : "*\(finding.name).* " + notes.joined(separator: " ")
    }
    if !graphs.isEmpty { parts.append("## The graphs") }
    for graphs in graphs {
      parts += [
        "### ‘\(graphs.prompts)’", graphs.captured.sentence, MarkdownTable.text(supernodeRows(graphs)),
      ]
    }
    parts += figures.map { "![\($0.title)](\($0.file))" }
    parts += ["## How to make this again", "```sh\n\(command)\n```"]
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// What the model does, as a table.
  var behaviourRows: [[String]] {
    [["prompts", "answered rightly", "95% interval", "required"]]
      + behaviours.map { behaviour in
        let (rate, interval) = (behaviour.answered, behaviour.answered.interval)
        return [
          behaviour.prompts, "\(rate.successes) of \(rate.trials), \(rate.share.percent)",
          "\(interval.lowerBound.percent)–\(interval.upperBound.percent)",
          behaviour.required.percent + (behaviour.isThere ? "" : ", not reached"),
        ]
      }
  }

  /// The hypotheses, as a table.
  var findingRows: [[String]] {
    [["hypothesis", "verdict", "value", "95% interval", "claimed", "prompts", "measured"]]
      + findings.map { finding in
        [
          finding.name, finding.verdict.rawValue, finding.value.map(\.percent) ?? "–",
          finding.interval.map { "\($0[0].percent)–\($0[1].percent)" } ?? "–",
          (finding.isUpperBound ? "≤ " : "≥ ") + finding.threshold.percent, "\(finding.count)",
          finding.measure,
        ]
      }
  }

  /// The supernodes of a set, as a table.
  func supernodeRows(_ graphs: SetGraphs) -> [[String]] {
    [["supernode", "in the pruned graph of", "nodes there", "features its rule found"]]
      + graphs.nodes.map { node in
        [
          node.name, node.share.percent, node.share > 0 ? node.members.short(1) : "–",
          supernodeSizes[node.name].map { $0.short(1) } ?? "–",
        ]
      }
  }

  private var exampleLines: String {
    behaviours.flatMap(\.examples).map { example in
      let line = { (text: String) in VisibleText.line(text).replacing("`", with: "ˋ") }
      return
        "- \(example.isRight ? "✓" : "✗") `…\(line(String(example.prompt.suffix(72))))` → `\(line(example.said))`"
        + (example.isRight ? "" : ", should be `\(line(example.answer))`")
    }.joined(separator: "\n")
  }
}

extension StudyReport.Captured {
  /// How much was captured, in a sentence.
  var sentence: String {
    """
    Over \(count) graphs of \(Int(features.rounded())) features in the mean: replacement score \(replacement.fixed(2)), completeness \
    \(completeness.fixed(2)); both would be 1 if features explained everything.
    """
  }
}
