import LiveServices

extension StudyReport {
  /// The report as one self-contained page, light and dark as its reader prefers.
  public var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(text(study.title)) · \(text(model))</title>
    <style>\(StudyReport.style)</style>
    </head>
    <body>
    <main>
    <h1>\(text(study.title))</h1>
    <p class="question">\(text(study.question))</p>
    <p><b>\(text(model))</b> through <b>\(text(basis))</b>, seed \(seed)\(study.source.map { ". After: \(text($0))" } ?? "").</p>
    <p class="summary">\(text(summary))</p>
    <h2>Hypotheses</h2>
    \(findingTable)
    <h2>What the model does</h2>
    \(table(behaviourRows))
    \(exampleList)
    \(graphSection)
    <h2>Figures</h2>
    \(charts.map(figure).joined(separator: "\n"))
    <h2>How to make this again</h2>
    <pre>\(text(command))</pre>
    </main>
    </body>
    </html>

    """
  }

  private var graphSection: String {
    guard !graphs.isEmpty else { return "" }
    let sets = graphs.map { graphs in
      """
      \(diagram(graphs, file: "").map(figure) ?? "")
      <p>\(text(graphs.captured.sentence))</p>
      \(table(supernodeRows(graphs)))
      """
    }
    return """
      <h2>The graphs</h2>
      <p>An arrow is the share of the target's absolute input that comes from the source, signed, in the mean over the prompts that have both.</p>
      \(sets.joined(separator: "\n"))
      """
  }

  private var findingTable: String {
    let rows = findings.map { finding in
      let notes = [finding.claim, finding.reason.map { "Not testable here: \($0)." }].compactMap { $0 }
      let mark = ["held": "✓", "failed": "✗"][finding.verdict.rawValue] ?? "–"
      return """
        <tr><td>\(text(finding.name))\(notes.map { "<br><small>\(text($0))</small>" }.joined())</td>
        <td class="\(finding.verdict == .held ? "held" : finding.verdict == .failed ? "failed" : "open")">\(mark) \(finding.verdict.rawValue)</td>
        <td class="number">\(finding.value.map(\.percent) ?? "–")<br><small>\(finding.interval.map { "\($0[0].percent)–\($0[1].percent)" } ?? "")</small></td>
        <td class="number">\(finding.isUpperBound ? "≤" : "≥") \(finding.threshold.percent)</td>
        <td class="number">\(finding.count)</td><td><small>\(text(finding.measure))</small></td></tr>
        """
    }
    return """
      <table><thead><tr><th>hypothesis</th><th>verdict</th><th>value<br><small>95% interval</small></th><th>claimed</th><th>prompts</th>
      <th>measured</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      """
  }

  private var exampleList: String {
    let items = behaviours.flatMap(\.examples).map { example in
      """
      <li>\(example.isRight ? "✓" : "✗") <code>…\(line(String(example.prompt.suffix(100))))</code> → <code>\(line(example.said))</code>\
      \(example.isRight ? "" : ", should be <code>\(line(example.answer))</code>")</li>
      """
    }
    return "<ul class=\"examples\">\n\(items.joined(separator: "\n"))\n</ul>"
  }

  private func table(_ rows: [[String]]) -> String {
    let cells = { (row: [String], tag: String) in
      "<tr>" + row.map { "<\(tag)>\(text($0))</\(tag)>" }.joined() + "</tr>"
    }
    return """
      <table><thead>\(cells(rows.first ?? [], "th"))</thead>
      <tbody>\(rows.dropFirst().map { cells($0, "td") }.joined(separator: "\n"))</tbody></table>
      """
  }

  private func figure(_ figure: Figure) -> String {
    "<figure aria-label=\"\(text(figure.title))\">\n\(figure.svg)</figure>"
  }

  private func line(_ string: String) -> String { text(VisibleText.line(string)) }

  /// Text without what HTML would take for markup.
  private func text(_ string: String) -> String {
    string.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  /// Figures know dark pages by themselves.
  private static let style = """
    :root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --faint: #666; --rule: #ddd; --held: #00694b; --failed: #a33c00; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8e8e8; --paper: #121212; --faint: #a0a0a0; --rule: #3a3a3a; --held: #4fc9a0; --failed: #ff9a5c; }
    }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
    h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
    .question { font-size: 1.15rem; } .summary { font-weight: 600; }
    table { border-collapse: collapse; width: 100%; font-size: 0.93rem; }
    th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--rule); }
    small { color: var(--faint); } .number { text-align: right; white-space: nowrap; }
    td.held { color: var(--held); font-weight: 600; white-space: nowrap; } td.failed { color: var(--failed); font-weight: 600; white-space: nowrap; }
    td.open { color: var(--faint); }
    figure { margin: 1.5rem 0; overflow-x: auto; } figure svg { max-width: 100%; height: auto; }
    code, pre { font-family: ui-monospace, monospace; font-size: 0.88rem; overflow-wrap: anywhere; white-space: pre-wrap; }
    pre { border: 1px solid var(--rule); padding: 0.75rem; }
    ul.examples { padding-left: 1rem; list-style: none; }
    """
}
