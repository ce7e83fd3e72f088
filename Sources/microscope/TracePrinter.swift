import CircuitGraphs

/// A trace as text for a person.
struct TracePrinter {
  let result: TraceJob.Result
  let report: TraceReport
  let next: NextTokens
  let clock: PhaseClock
  let paths: TracePaths
  let attention: TraceAttention

  var text: String {
    let parts =
      [
        next.text, "", basis, counts, scores, "", "strongest inputs of the first output, and theirs", tree,
        "",
      ] + (score.map { [$0, ""] } ?? []) + [timings, files]
    return parts.joined(separator: "\n")
  }

  private var score: String? {
    attention.score.map { ScorePrinter(expansion: $0, describe: describe, token: token).text }
  }

  private var basis: String {
    result.transcoderFolder.map {
      "basis   transcoders ‘\(Terminal.visible(result.transcoderName))’, \(Terminal.visible($0))"
    }
      ?? "basis   the model's own neurons"
  }

  private var counts: String {
    let errors = result.pruned.keptNodes.filter { result.pruned.layout.errorRange.contains($0) }.count
    let share = "which receive \((100 * report.influenceShare).rounded(to: 0))% of the influence"
    let kept = report.isLimited ? "\(share); --node-threshold and --edge-threshold write more" : share
    let basis = result.transcoderFolder == nil ? "candidate neurons" : "active features"
    return """
      graph   \(report.nodeCount.grouped) nodes (\(errors.grouped) of them errors), \(report.edgeCount.grouped) edges after pruning,
              \(kept)
              \(report.expandedFeatureCount.grouped) of \(report.activeFeatureCount.grouped) \(basis) expanded, which \
      leaves \((100 * (1 - report.coverage)).rounded(to: 1))% of the influence unexpanded
      """
  }

  private var scores: String {
    """
    scores  replacement \(report.replacementScore.rounded(to: 3)): this share of the influence comes from the tokens, the rest from error nodes
            completeness \(report.completenessScore.rounded(to: 3)): this share of all inputs is explained by features and tokens
    """
  }

  /// The tree of the strongest inputs.
  private var tree: String {
    (["  " + describe(paths.output)] + paths.lines.map(line)).joined(separator: "\n")
  }

  private func line(_ line: TracePaths.Line) -> String {
    let weight = (line.weight < 0 ? "−" : "+") + Double(abs(line.weight)).rounded(to: 2)
    let note = attention.heads?.note(line.edge) ?? ""
    return "\(line.branches) \(weight)  \(describe(line.edge.source))" + (note.isEmpty ? "" : "  \(note)")
  }

  private func describe(_ node: Node) -> String {
    switch node {
    case .feature(let feature):
      "● \(feature.layer)/\(feature.index) at \(token(feature.position))  \(result.labels[feature])"
    case .error(let layer, let position): "◆ error of layer \(layer) at \(token(position))"
    case .token(let position): "■ token \(token(position))"
    case .logit(let rank): "■ output ‘\(Terminal.visible(result.pruned.logits[rank].label))’"
    }
  }

  private func token(_ position: Int) -> String {
    "\(position) ‘\(Terminal.visible(next.tokens[position].piece))’"
  }

  private var timings: String {
    let phases = clock.seconds.map { "\($0.phase) \($0.seconds.rounded(to: 2))" }.joined(separator: " · ")
    let memory = (Double(report.peakBytes) / 1e6).rounded(to: 0)
    return "seconds \(phases) · total \(clock.total.rounded(to: 2)), peak memory \(memory) MB"
  }

  private var files: String {
    report.files.sorted { $0.key < $1.key }.map { "\($0.key.padding(7)) \($0.value)" }.joined(separator: "\n")
  }
}
