import LiveServices

extension NextTokens {
  /// The tokens and what may come next, for a person.
  var text: String {
    let prompt = tokens.map { "‘\(Terminal.visible($0.piece))’" }.joined(separator: " ")
    let bars = logits.map { String(repeating: "█", count: Int(($0.probability * 24).rounded())) }
    let width = bars.map(\.count).max() ?? 0
    let rows = zip(logits, bars).map { candidate, bar in
      let share = Double(candidate.probability).rounded(to: 3)
      return "  \(share)  \(bar.padding(width))  ‘\(Terminal.visible(candidate.piece))’"
    }
    return (["tokens  \(prompt)", "next"] + rows).joined(separator: "\n")
  }
}
