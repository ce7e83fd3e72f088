import Interventions

/// Judges a study's hypotheses by what was measured.
struct StudyJudging {
  let study: Study
  let behaviours: [StudyReport.Behaviour]
  /// What was measured on the prompts of each set that were answered rightly.
  var results: [String: [PromptResult]] = [:]
  /// For each hypothesis about overlap, the difference of each pair.
  var overlaps: [String: [Double]] = [:]
  /// For each hypothesis about virtual weights, what each prompt adds to the whole and to the part.
  var weights: [String: [VirtualInputs.Share]] = [:]

  init(study: Study, behaviours: [StudyReport.Behaviour]) {
    self.study = study
    self.behaviours = behaviours
  }

  /// Whether the model does what a set asks.
  func isThere(_ set: String) -> Bool { behaviours.contains { $0.prompts == set && $0.isThere } }

  /// Whether the model does what any set asks.
  var isAnythingThere: Bool { behaviours.contains(where: \.isThere) }

  /// The finding about a hypothesis.
  func finding(_ hypothesis: Hypothesis) -> StudyReport.Finding {
    var finding = StudyReport.Finding(
      name: hypothesis.name, claim: hypothesis.claim, measure: hypothesis.measure, verdict: .untestable,
      threshold: hypothesis.threshold, isUpperBound: hypothesis.isUpperBound, count: 0,
      isShare: hypothesis.isAboutShare)
    if case .overlap = hypothesis.test {
      judge(overlaps[hypothesis.name] ?? [], &finding)
      return finding
    }
    guard isThere(hypothesis.prompts) else {
      finding.reason = "the model does not do what '\(hypothesis.prompts)' asks"
      return finding
    }
    let results = results[hypothesis.prompts] ?? []
    switch hypothesis.test {
    case .exists(let name, _):
      judge(
        rate(results.compactMap(\.graph)) { graph in
          graph.nodes[name] ?? 0 > 0 && graph.beats[hypothesis.name] ?? true
        }, &finding)
    case .edge(let from, let to, let sign, _):
      let both = results.compactMap(\.graph).filter { $0.nodes[from] ?? 0 > 0 && $0.nodes[to] ?? 0 > 0 }
      judge(
        rate(both) { graph in
          (graph.edges.first { $0.from == from && $0.to == to }?.weight ?? 0) * Double(sign) > 0
            && graph.beats[hypothesis.name] ?? true
        }, &finding, few: "'\(from)' and '\(to)' are both in the graph of only \(both.count) prompts")
    case .gives(let after, _, _), .loses(let after, _, _):
      let met = results.compactMap { $0.effects[after]?.isMet[hypothesis.name] }
      judge(rate(met) { $0 }, &finding, few: "there is a donor for only \(met.count) prompts")
    case .lowers(let after, let name, _): judge(change(results, after, name, sign: -1), &finding)
    case .raises(let after, let name, _): judge(change(results, after, name, sign: 1), &finding)
    case .around: judge(results.compactMap { $0.graph?.around[hypothesis.name] }, &finding)
    case .weights(_, _, let sign, _):
      judge(
        (weights[hypothesis.name] ?? []).map { (before: $0.whole, gain: Double(sign) * $0.part) }, &finding)
    case .overlap: break
    }
    return finding
  }

  private func rate<Item>(_ items: [Item], _ isSuccess: (Item) -> Bool) -> Rate {
    Rate(successes: items.count(where: isSuccess), trials: items.count)
  }

  /// What a supernode does before an intervention, and by how much that changes, prompt by prompt.
  private func change(
    _ results: [PromptResult], _ intervention: String, _ name: String, sign: Double
  ) -> [(before: Double, gain: Double)] {
    results.compactMap { $0.effects[intervention] }.filter(\.hasDonor).compactMap { effect in
      guard let before = effect.before[name], let after = effect.after[name] else { return nil }
      return (before, sign * (after - before))
    }
  }

  private func judge(_ rate: Rate, _ finding: inout StudyReport.Finding, few reason: String? = nil) {
    finding.count = rate.trials
    guard rate.trials >= study.least else {
      finding.reason = reason ?? "only \(rate.trials) prompts are left, of at least \(study.least)"
      return
    }
    settle(&finding, rate.share, [rate.interval.lowerBound, rate.interval.upperBound])
  }

  private func judge(_ values: [Double], _ finding: inout StudyReport.Finding) {
    judge(values.map { (before: 1, gain: $0) }, &finding)
  }

  /// Judges Σ gain ÷ Σ before over prompts: where all that was before is 1, the mean gain.
  private func judge(_ pairs: [(before: Double, gain: Double)], _ finding: inout StudyReport.Finding) {
    finding.count = pairs.count
    let ratio = { (places: [Int]) -> Double? in
      let before = places.reduce(0) { $0 + pairs[$1].before }
      return before > 0 ? places.reduce(0) { $0 + pairs[$1].gain } / before : nil
    }
    guard pairs.count >= study.least, let value = ratio(Array(pairs.indices)) else {
      finding.reason = "it could be measured on only \(pairs.count) prompts, of at least \(study.least)"
      return
    }
    settle(&finding, value, Bootstrap.interval(count: pairs.count, ratio))
  }

  private func settle(_ finding: inout StudyReport.Finding, _ value: Double, _ interval: [Double]?) {
    finding.value = value
    finding.interval = interval
    let isHeld = finding.isUpperBound ? value <= finding.threshold : value >= finding.threshold
    finding.verdict = isHeld ? .held : .failed
  }
}

extension Hypothesis {
  /// What is claimed of the value.
  var threshold: Double {
    switch test {
    case .exists(_, let share), .edge(_, _, _, let share), .gives(_, _, let share), .loses(_, _, let share):
      share
    case .lowers(_, _, let by), .raises(_, _, let by), .overlap(_, _, let by), .weights(_, _, _, let by): by
    case .around(_, _, let most): most
    }
  }

  var isUpperBound: Bool {
    if case .around = test { true } else { false }
  }

  /// Whether the value is a share of prompts.
  var isAboutShare: Bool {
    switch test {
    case .exists, .edge, .gives, .loses: true
    case .lowers, .raises, .around, .overlap, .weights: false
    }
  }

  /// What is measured, in words.
  package var measure: String {
    plainMeasure + (isAgainstRandom ? ", more than other features as active" : "")
  }

  private var plainMeasure: String {
    let texts = { (texts: [TextTemplate]) in texts.map { "‘\($0.source)’" }.joined(separator: " or ") }
    return switch test {
    case .exists(let name, _): "share of prompts with ‘\(name)’ in the pruned graph"
    case .edge(let from, let to, let sign, _):
      "share of prompts in which ‘\(from)’ \(sign > 0 ? "drives" : "inhibits") ‘\(to)’"
    case .lowers(let after, let name, _): "fall of ‘\(name)’ after ‘\(after)’"
    case .raises(let after, let name, _): "rise of ‘\(name)’ after ‘\(after)’"
    case .gives(let after, let said, _): "share of prompts that give \(texts(said)) after ‘\(after)’"
    case .loses(let after, let said, _): "share of prompts that do not give \(texts(said)) after ‘\(after)’"
    case .weights(let from, let to, let sign, _):
      "share of the inputs of ‘\(to)’ by virtual weights that "
        + (sign > 0 ? "comes from ‘\(from)’" : "‘\(from)’ takes away")
    case .around(let name, let source, _): "share of the influence of ‘\(source)’ that goes around ‘\(name)’"
    case .overlap(let first, let second, _):
      "Jaccard index of ‘\(first)’ with ‘\(second)’, above that of different rows"
    }
  }
}

extension TextTemplate {
  /// The template as it is written.
  var source: String {
    parts.map { part in
      switch part {
      case .text(let text): text.replacing("{", with: "{{").replacing("}", with: "}}")
      case .column(let name): "{\(name)}"
      }
    }.joined()
  }
}
