import Foundation

/// How a language model is asked for labels, after what was published.
public enum PromptStyle: String, Sendable, CaseIterable, Codable {
  /// Numbered examples with the active tokens marked and their strengths below, one feature a request, a sentence as answer:
  /// the form of Paulo et al., “Automatically Interpreting Millions of Features” (delphi).
  case examples
  /// The most active tokens, short contexts and the tokens that are raised, several features a request, a few words each as
  /// answer: the form of Neuronpedia's labels from top activations and logits.
  case tokens

  /// The prompts' version, kept with each label that came from them.
  public var id: String { rawValue + "-1" }

  /// Writes the request for some features.
  func messages(_ dashboards: [FeatureDashboard], _ texts: TokenTexts) -> [EndpointMessage] {
    let parts = dashboards.map { self == .examples ? examples($0, texts) : summary($0, texts) }
    return [
      EndpointMessage(role: "system", content: instructions),
      EndpointMessage(role: "user", content: parts.joined(separator: "\n\n")),
    ]
  }

  /// Finds the labels in an answer.
  func labels(in text: String, to names: [FeatureName]) -> [FeatureName: String] {
    let found =
      self == .examples
      ? PromptStyle.explanation(text).map { [names[0]: $0] } ?? [:]
      : PromptStyle.table(text, names)
    return found.compactMapValues(PromptStyle.tidy)
  }

  private var instructions: String {
    switch self {
    case .examples:
      """
      You study a feature inside a language model. You get excerpts of text in which the feature is active; the tokens \
      where it is strongly active stand between << and >>, and below each excerpt are those tokens with their strength \
      from 0 to 10. You may also get the tokens that the feature makes more likely.
      Find what the marked places have in common: a word, a meaning, a grammatical role, a topic, a place in the text. \
      Say it in one sentence that would let a reader tell such places from others. Do not speak of tokens, marks or \
      examples, and do not guess more than the excerpts show; if they have nothing in common, say so.
      End with one line of this form:
      [EXPLANATION]: the sentence
      """
    case .tokens:
      """
      You name features inside a language model. Of each you get its name, the tokens where it is most active, some \
      contexts with its places between << and >>, and the tokens that it makes more likely. Name each in at most \
      eight words, as concretely as the lists allow; write "unclear" where they have nothing in common.
      Answer with one JSON object and nothing else: the features' names as keys, your names as values, such as
      {"3/17": "days of the week", "9/2": "says capital cities"}
      """
    }
  }

  private func examples(_ dashboard: FeatureDashboard, _ texts: TokenTexts) -> String {
    let scale = 10 / max(dashboard.activationRange.greatest, .leastNormalMagnitude)
    let shown = (dashboard.exampleGroups.first?.examples ?? []).prefix(10)
    let excerpts = zip(shown, 1...).map { example, number in
      let strengths = example.strongPlaces.sorted().prefix(8).map { place in
        let strength = Int((example.activations[place] * scale).rounded())
        return "(\"\(texts[example.tokens[place]])\", \(min(10, strength)))"
      }
      return
        "Example \(number): \(example.text(texts, reach: 20))\nStrengths: \(strengths.joined(separator: ", "))"
    }
    return (excerpts + [raised(dashboard, texts)]).joined(separator: "\n\n")
  }

  private func summary(_ dashboard: FeatureDashboard, _ texts: TokenTexts) -> String {
    let contexts = (dashboard.exampleGroups.first?.examples ?? []).prefix(5).map {
      "- " + $0.text(texts, reach: 8).replacing("\n", with: "⏎")
    }
    let firing = dashboard.firingTokens.prefix(10).map { "\"\(texts[$0.token])\"" }.joined(separator: ", ")
    return """
      Feature \(dashboard.name)
      Most active: \(firing)
      Contexts:
      \(contexts.joined(separator: "\n"))
      \(raised(dashboard, texts))
      """
  }

  private func raised(_ dashboard: FeatureDashboard, _ texts: TokenTexts) -> String {
    let tokens = dashboard.normedLogitEffects.top.prefix(10).map { "\"\(texts[$0.token])\"" }
    return tokens.isEmpty ? "" : "Makes more likely: \(tokens.joined(separator: ", "))"
  }

  /// What stands behind the last mark of an explanation.
  private static func explanation(_ text: String) -> String? {
    guard let mark = text.range(of: "[EXPLANATION]:", options: [.caseInsensitive, .backwards]) else {
      return nil
    }
    return String(text[mark.upperBound...].drop(while: \.isWhitespace).prefix { !$0.isNewline })
  }

  /// The entries of the JSON object in a text that belong to the features asked for.
  private static func table(_ text: String, _ names: [FeatureName]) -> [FeatureName: String] {
    guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end,
      let object = try? JSONDecoder().decode([String: Entry].self, from: Data(text[start...end].utf8))
    else { return [:] }
    return names.reduce(into: [:]) { $0[$1] = object[$1.description]?.text }
  }

  /// A value that may be no text.
  private struct Entry: Decodable {
    var text: String?

    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
  }

  /// A label on one line, without what no label has; nil for one that is empty or far too long.
  static func tidy(_ text: String) -> String? {
    let line = text.unicodeScalars.map { scalar -> Character in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse: " "
      default: Character(scalar)
      }
    }
    var words = String(line).split(separator: " ").joined(separator: " ")
    while let first = words.first, first == words.last, "\"'*`".contains(first), words.count > 1 {
      words = String(words.dropFirst().dropLast())
    }
    return words.isEmpty || words.count > 400 || words.hasPrefix("<") ? nil : words
  }
}
