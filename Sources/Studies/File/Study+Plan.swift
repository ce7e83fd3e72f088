import FeatureDashboards

extension Study {
  /// Whether a rule needs the dashboards of the features.
  public var searchesWords: Bool {
    supernodes.contains { rule in
      guard case .features(let tests) = rule.kind else { return false }
      return tests.contains { if case .words = $0 { true } else { false } }
    }
  }

  /// The study in words, for a reader who decides whether to run it.
  public var plan: String {
    var lines = [title, "", question, ""]
    if let source { lines += ["After: \(source)", ""] }
    lines.append("suits")
    lines += models.map { model in
      "  \(model.model)"
        + (model.transcoders.isEmpty
          ? "" : ", through the first there is of \(model.transcoders.joined(separator: ", "))")
    }
    lines.append("prompts")
    lines += prompts.map { "  \($0.name): \($0.inWords)" }
    lines.append("the model must")
    lines += behaviours.map {
      "  answer \(Int(100 * $0.share))% of '\($0.prompts)' rightly (\($0.judgement.rawValue))"
    }
    lines.append("supernodes")
    lines += supernodes.map { "  \($0.name): \($0.inWords)" }
    if !interventions.isEmpty { lines.append("changes") }
    lines += interventions.map { "  \($0.name): \($0.inWords)" }
    lines.append("claims")
    lines += hypotheses.map { hypothesis in
      let sign = hypothesis.isUpperBound ? "at most" : "at least"
      return "  \(hypothesis.name): \(hypothesis.measure), \(sign) \((100 * hypothesis.threshold).short(1))%"
    }
    return lines.joined(separator: "\n")
  }
}

extension PromptSet {
  fileprivate var inWords: String {
    switch source {
    case .specimen(let name, let circuit): return "\(count ?? 0) of the specimen \(name) (\(circuit))"
    case .texts(let texts):
      let number = count.map { "\(min($0, texts.count)) of \(texts.count)" } ?? "\(texts.count)"
      let example = texts.first.map { "“\($0.text.replacing("\n", with: "⏎"))”" } ?? ""
      return "\(number), such as \(example)" + (texts.first?.columns["answer"].map { " → “\($0)”" } ?? "")
    }
  }
}

extension SupernodeRule {
  fileprivate var inWords: String {
    let spots = places.map(\.inWords).joined(separator: " or ")
    switch kind {
    case .tokens: return "the token at \(spots)"
    case .output(let text): return "the output “\(text.source)”"
    case .features(let tests):
      let rules = tests.map(\.inWords).joined(separator: ", and ")
      return "features at \(spots) that \(rules)"
    }
  }
}

extension FeatureTest {
  fileprivate var inWords: String {
    switch self {
    case .encodes(let column, let probe):
      "tell the \(column) on '\(probe.prompts)' (F1 ≥ \(probe.score.short))"
    case .active(let probe, let controls):
      "are active on '\(probe.prompts)' and silent on '\(controls)' (F1 ≥ \(probe.score.short))"
    case .words(let words): "are found by “\(words)”"
    case .promotes(let text, let rank): "have “\(text.source)” among the \(rank) tokens that they raise most"
    case .listed(let names): "are \(names.map(\.description).joined(separator: ", "))"
    }
  }
}

extension StudyPlace {
  fileprivate var inWords: String {
    switch self {
    case .all: "any position"
    case .index(-1): "the last position"
    case .index(let number): "position \(number)"
    case .column(let name): "the \(name)"
    case .text(let text): "“\(text.replacing("\n", with: "⏎"))”"
    }
  }
}

extension StudyIntervention {
  fileprivate var inWords: String {
    let parts = changes.map { change in
      switch change.action {
      case .scale:
        factor == 0 ? "'\(change.supernode)' falls silent" : "'\(change.supernode)' × \(factor.short)"
      case .swap: "'\(change.supernode)' as in another prompt" + (strength == 1 ? "" : " × \(strength.short)")
      case .inject: "'\(change.supernode)' comes in" + (strength == 1 ? "" : " × \(strength.short)")
      }
    }
    let donor =
      needsDonor
      ? " (another \(other.joined(separator: ", "))\(same.isEmpty ? "" : ", the same \(same.joined(separator: ", "))"))"
      : ""
    return parts.joined(separator: ", ") + donor
  }
}
