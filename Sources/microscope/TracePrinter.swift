import CircuitGraphs

/// A trace as text for a person.
struct TracePrinter {
  let result: TraceJob.Result
  let report: TraceReport
  let next: NextTokens
  let clock: PhaseClock

  var text: String {
    [next.text, "", counts, scores, "", "strongest paths", paths, "", timings, files].joined(separator: "\n")
  }

  private var counts: String {
    let errors = result.pruned.keptNodes.filter { result.pruned.layout.errorRange.contains($0) }.count
    let basis = result.transcoderName == "neurons" ? "candidate neurons" : "active features"
    return """
      graph   \(report.nodeCount.grouped) nodes (\(errors.grouped) of them errors), \(report.edgeCount.grouped) edges after pruning
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

  private var paths: String {
    let paths = result.pruned.strongestPaths(from: 0, count: 3)
    guard !paths.isEmpty else { return "  none: pruning left no edge into the first output; try --node-threshold 0.95" }
    return paths.map(tree).joined(separator: "\n")
  }

  private func tree(_ path: CircuitPath) -> String {
    var lines = ["  \(describe(path.nodes[0]))   carries \((100 * path.strength).rounded(to: 2))% of its input"]
    for (depth, (node, weight)) in zip(path.nodes.dropFirst(), path.weights).enumerated() {
      let indent = String(repeating: "   ", count: depth)
      let sign = weight < 0 ? "−" : "+"
      lines.append("  \(indent)└─ \(sign)\(Double(abs(weight)).rounded(to: 2))  \(describe(node))")
    }
    return lines.joined(separator: "\n")
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

  private func token(_ position: Int) -> String { "\(position) ‘\(Terminal.visible(next.tokens[position].piece))’" }

  private var timings: String {
    let phases = clock.seconds.map { "\($0.phase) \($0.seconds.rounded(to: 2))" }.joined(separator: " · ")
    let memory = (Double(report.peakBytes) / 1e6).rounded(to: 0)
    return "seconds \(phases) · total \(clock.total.rounded(to: 2)), peak memory \(memory) MB"
  }

  private var files: String {
    report.files.sorted { $0.key < $1.key }.map { "\($0.key.padding(7)) \($0.value)" }.joined(separator: "\n")
  }
}

extension String {
  /// The text with spaces behind it up to a width.
  func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
