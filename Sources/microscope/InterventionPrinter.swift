import Figures
import Interventions
import Tokenizers

/// What an experiment showed, for a person.
struct InterventionPrinter {
  private let request: InterventionRequest
  private let response: InterventionResponse
  private let tokenizer: Tokenizer

  init(_ request: InterventionRequest, _ response: InterventionResponse, _ tokenizer: Tokenizer) {
    self.request = request
    self.response = response
    self.tokenizer = tokenizer
  }

  var text: String {
    let prompt = request.tokens.enumerated().map { "\($0)‘\(Terminal.visible(tokenizer.piece($1)))’" }
    var lines = ["tokens  " + prompt.joined(separator: " "), "", "patching  \(request.patching.sentence)"]
    lines += changed + [""] + next
    if let comparison = response.comparison { lines += [""] + InterventionPrinter.lines(comparison) }
    if let text = response.text {
      lines += [
        "", "unmodified  \(Terminal.visible(text.before))", "modified    \(Terminal.visible(text.after))",
      ]
    }
    if let sweep = response.sweep { lines += [""] + InterventionPrinter.lines(sweep) }
    return lines.joined(separator: "\n")
  }

  private var changed: [String] {
    let rows = response.activations.prefix(12).map { change in
      ["  \(change.target)@\(change.position)"]
        + [change.before, change.imposed, change.read].map { Double($0).rounded(to: 3) }
    }
    let asked = response.interventions.prefix(8).map(\.description).joined(separator: "  ")
    let more = response.interventions.count - 8
    return ["changes   " + asked + (more > 0 ? "  and \(more) more" : "")]
      + (rows.isEmpty ? [] : [""] + Table.lines([["activations", "before", "imposed", "read then"]] + rows))
  }

  private var next: [String] {
    let rows = response.candidates.map { candidate in
      [
        "  ‘\(Terminal.visible(candidate.piece))’", Double(candidate.probabilityBefore).rounded(to: 3), "→",
        Double(candidate.probabilityAfter).rounded(to: 3),
        "logit \(Double(candidate.logitAfter - candidate.logitBefore).signed)",
      ]
    }
    return ["next token, before and after"] + Table.lines(rows)
  }

  private static func lines(_ comparison: Comparison) -> [String] {
    let head = ["", "first hop", "all paths", "observed"]
    let cells = { (line: Comparison.Line) in
      ["  " + Terminal.visible(line.name)]
        + [line.firstHop, line.predicted, line.observed].map { Double($0).signed }
    }
    var lines = ["the graph's prediction, and what happened (logits above their mean)"]
    lines += Table.lines([head] + comparison.logits.map(cells))
    if !comparison.supernodes.isEmpty {
      lines += ["supernodes, change as a share"] + Table.lines([head] + comparison.supernodes.map(cells))
    }
    lines.append(
      "agreement over \(comparison.logitAgreement.count) outputs: \(comparison.logitAgreement.sentence)")
    lines.append(
      "agreement over \(comparison.featureAgreement.count.grouped) features: \(comparison.featureAgreement.sentence)"
    )
    return lines
  }

  private static func lines(_ sweep: InterventionResponse.SweepResult) -> [String] {
    let head =
      [sweep.name] + sweep.watched.map { "‘\(Terminal.visible($0.piece))’" } + ["top"] + sweep.supernodes
    let rows = sweep.points.map { point in
      [Scalar.text(point.value)] + point.probabilities.map { Double($0).rounded(to: 3) }
        + ["‘\(Terminal.visible(point.topPiece))’"] + point.supernodes.map { Double($0).rounded(to: 2) }
    }
    let crossing = sweep.crossover.map {
      ["the two change places at \(sweep.name) \(Double($0).rounded(to: 2))"]
    }
    return ["probabilities over the sweep"] + Table.lines([head] + rows)
      + (crossing ?? ["the two never change places"])
  }
}

/// Numbers of a sweep, without needless digits.
private enum Scalar {
  static func text(_ value: Float) -> String {
    value == value.rounded() ? "\(Int(value))" : Double(value).rounded(to: 2)
  }
}

extension Patching {
  /// What it does, in a few words.
  fileprivate var sentence: String {
    switch self {
    case .iterative(true): "MLPs read the changed stream; attention is kept"
    case .iterative(false): "MLPs and attention read the changed stream"
    case .constrained(let layers):
      "MLPs of layers \(layers.lowerBound)...\(layers.upperBound) and attention are kept"
    }
  }
}

extension Agreement {
  fileprivate var sentence: String {
    let number = { (value: Double?) in value.map { $0.rounded(to: 2) } ?? "–" }
    return "cosine \(number(cosine)), Spearman \(number(spearman)), same sign \(number(signAgreement))"
  }
}

extension InterventionResponse.SweepResult {
  /// The sweep as a figure.
  var chart: LineChart {
    var chart = LineChart(
      title: "Next token by \(name)", xLabel: name, yLabel: "probability",
      x: points.map { Double($0.value) },
      series: watched.enumerated().map { place, token in
        .init(
          name: "‘\(Terminal.visible(token.piece))’", values: points.map { Double($0.probabilities[place]) })
      })
    if let crossover { chart.marks = [(Double(crossover), "crossover \(Double(crossover).rounded(to: 2))")] }
    return chart
  }
}

extension Double {
  /// The number with its sign and three digits behind the point.
  var signed: String { (self < 0 ? "−" : "+") + magnitude.rounded(to: 3) }
}
