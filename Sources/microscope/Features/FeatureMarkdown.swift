import FeatureDashboards

/// A feature as Markdown, for documents.
struct FeatureMarkdown {
  let card: FeatureCard
  let labels: [FeatureLabel]
  let hasRule: Bool
  let texts: TokenTexts

  var text: String {
    let title = labels.first.map { FeatureMarkdown.escaped($0.text) } ?? "no label"
    let activity =
      card.density > 0
      ? "active at \(percentage(card.density)) of positions, up to \(number(card.greatest))" : "never active"
    let evidence = labels.first.map { ". " + FeatureMarkdown.escaped(FeaturePrinter.origin($0)) } ?? ""
    let examples = card.examples.map { "- " + excerpt($0) }
    return
      (["**\(card.name)** — \(title)", "", "\(activity)\(evidence)"] + (examples.isEmpty ? [] : [""])
      + examples)
      .joined(separator: "\n")
  }

  /// The text around the middle, with what is active in bold letters.
  private func excerpt(_ example: FeatureExample) -> String {
    let range = max(0, example.focus - 12)..<min(example.tokens.count, example.focus + 7)
    return range.map { place in
      let text = FeatureMarkdown.escaped(Terminal.visible(texts[example.tokens[place]]))
      guard example.activations[place] >= 0.3 * card.greatest, card.greatest > 0 else { return text }
      let core = text.drop { $0 == " " }
      return core.isEmpty ? text : String(repeating: " ", count: text.count - core.count) + "<b>\(core)</b>"
    }.joined()
  }

  /// A text in which nothing means anything to Markdown.
  static func escaped(_ text: String) -> String {
    Terminal.printable(text).map { "\\`*_{}[]<>#|~&$".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
