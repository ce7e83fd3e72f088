import Foundation
package import LinearAlgebra

/// A question to a judge with its true answers.
package struct JudgeQuestion: Equatable {
  package var messages: [EndpointMessage]
  /// What is so: of each excerpt, or, where one of two is to be chosen, whether it is the first.
  package var truth: [Bool]
  /// Whether one of two is to be chosen: 1 or 2 instead of 1 or 0.
  package var isChoice: Bool

  package init(messages: [EndpointMessage], truth: [Bool], isChoice: Bool = false) {
    self.messages = messages
    self.truth = truth
    self.isChoice = isChoice
  }

  /// Compares an answer with the truth; nil when the text holds no list of the right length.
  package func counts(_ text: String) -> DecisionCounts? {
    guard let end = text.lastIndex(of: "]"), let start = text[..<end].lastIndex(of: "[") else { return nil }
    let parts = text[text.index(after: start)..<end].split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    guard numbers.count == parts.count, numbers.count == truth.count,
      numbers.allSatisfy((isChoice ? 1...2 : 0...1).contains)
    else { return nil }
    return DecisionCounts(answers: numbers.map { $0 == 1 }, truth: truth)
  }
}

/// Writes the questions of the methods.
package struct QuestionWriter {
  private let texts: TokenTexts
  /// Tokens to both sides of an excerpt's middle.
  package static let reach = 16
  /// Excerpts of either kind in a question of detection or fuzzing.
  package static let excerpts = 5

  package init(texts: TokenTexts) { self.texts = texts }

  /// Detection: whole excerpts, in half of which the feature is active.
  ///
  /// - Parameters:
  ///   - active: Examples of the feature that no label was made from.
  ///   - silent: Excerpts without it.
  package func detection(
    label: String, active: [FeatureExample], silent: [FeatureExample], _ random: inout SplitMix64
  ) -> JudgeQuestion? {
    let yes = active.prefix(QuestionWriter.excerpts).map { (plain($0), true) }
    let no = silent.prefix(yes.count).map { (plain($0), false) }
    guard !yes.isEmpty, no.count == yes.count else { return nil }
    let instructions = """
      A feature of a language model is described below, then come numbered excerpts of text. Say of each excerpt whether \
      something in it fits the description. Many may fit, or none.
      Answer with a list of one number for each excerpt, in order: 1 for yes, 0 for no, such as [1, 0, 0]. Write nothing \
      behind the list.
      """
    return question(instructions, label, Array(yes) + no, &random)
  }

  /// Fuzzing: excerpts with marked tokens, half of them marked where the feature is silent.
  package func fuzzing(label: String, active: [FeatureExample], _ random: inout SplitMix64) -> JudgeQuestion?
  {
    var wrong: [(String, Bool)] = []
    var right: [(String, Bool)] = []
    for example in active.prefix(2 * QuestionWriter.excerpts) {
      if wrong.count < right.count {
        guard let text = misplaced(example, &random) else { continue }
        wrong.append((text, false))
      } else {
        right.append((example.text(texts, reach: QuestionWriter.reach), true))
      }
    }
    guard !wrong.isEmpty else { return nil }
    let instructions = """
      A feature of a language model is described below, then come numbered excerpts of text with tokens between << and \
      >>. Say of each excerpt whether the marked tokens are those that the description fits.
      Answer with a list of one number for each excerpt, in order: 1 for yes, 0 for no, such as [1, 0, 0]. Write nothing \
      behind the list.
      """
    return question(instructions, label, right.prefix(wrong.count) + wrong, &random)
  }

  /// Sort: a further example of one of two features.
  package func sort(
    _ feature: FeatureDashboard, _ other: FeatureDashboard, round: Int, _ random: inout SplitMix64
  ) -> JudgeQuestion? {
    let isFirst = random.next() % 2 == 0
    let (first, second) = isFirst ? (feature, other) : (other, feature)
    let held = Array(feature.heldExamples)
    guard !held.isEmpty, let firstShown = shown(first), let secondShown = shown(second) else { return nil }
    let further = held[round % held.count].text(texts, reach: QuestionWriter.reach)
    let user = """
      Feature 1 is active at the marked tokens of:
      \(firstShown)

      Feature 2 is active at the marked tokens of:
      \(secondShown)

      Which of them is active at the marked tokens of this?
      - \(further)
      """
    return choice(
      "You get excerpts in which two features of a language model are active, at the tokens between << and >>, and a further excerpt of one of them.",
      user, isFirst: isFirst)
  }

  /// Contrastive: which of two prompts made the feature active.
  package func contrastive(
    _ feature: FeatureDashboard, active: String, silent: String, _ random: inout SplitMix64
  ) -> JudgeQuestion? {
    guard let shown = shown(feature) else { return nil }
    let isFirst = random.next() % 2 == 0
    let user = """
      The feature is active at the marked tokens of:
      \(shown)

      In which of these is it active, too?
      1. \(isFirst ? active : silent)
      2. \(isFirst ? silent : active)
      """
    return choice(
      "You get excerpts in which a feature of a language model is active, at the tokens between << and >>, and two prompts, in one of which it is active.",
      user, isFirst: isFirst)
  }

  private func choice(_ task: String, _ user: String, isFirst: Bool) -> JudgeQuestion {
    let instructions = task + "\nAnswer with [1] or [2] and nothing else."
    return JudgeQuestion(
      messages: [
        EndpointMessage(role: "system", content: instructions), EndpointMessage(role: "user", content: user),
      ], truth: [isFirst], isChoice: true)
  }

  private func question(
    _ instructions: String, _ label: String, _ excerpts: [(text: String, truth: Bool)],
    _ random: inout SplitMix64
  ) -> JudgeQuestion {
    let mixed = excerpts.shuffled(using: &random)
    let lines = zip(mixed, 1...).map { "\($1). \($0.text)" }
    let user = "Description: \(label)\n\n\(lines.joined(separator: "\n\n"))"
    return JudgeQuestion(
      messages: [
        EndpointMessage(role: "system", content: instructions), EndpointMessage(role: "user", content: user),
      ], truth: mixed.map(\.truth))
  }

  /// The strongest examples as a list; nil without any.
  private func shown(_ feature: FeatureDashboard) -> String? {
    let examples = feature.exampleGroups.first?.examples.prefix(8) ?? []
    guard !examples.isEmpty else { return nil }
    return examples.map { "- " + $0.text(texts, reach: QuestionWriter.reach) }.joined(separator: "\n")
  }

  private func plain(_ example: FeatureExample) -> String {
    example.text(texts, reach: QuestionWriter.reach, marked: [])
  }

  /// The excerpt with as many marks as it has strong tokens, all where the feature is silent; nil when it is active
  /// nearly everywhere.
  private func misplaced(_ example: FeatureExample, _ random: inout SplitMix64) -> String? {
    let silent = example.window(QuestionWriter.reach).filter { example.activations[$0] <= 0 }
    let count = max(1, example.strongPlaces.intersection(example.window(QuestionWriter.reach)).count)
    guard silent.count >= count else { return nil }
    let places = Set(silent.shuffled(using: &random).prefix(count))
    return example.text(texts, reach: QuestionWriter.reach, marked: places)
  }
}

extension FeatureDashboard {
  /// The examples that no label of a model and no list of strongest examples shows: those of the quantiles, taken from
  /// each in turn.
  package var heldExamples: [FeatureExample] {
    let groups = exampleGroups.dropFirst().map(\.examples)
    let longest = groups.map(\.count).max() ?? 0
    return (0..<longest).flatMap { place in groups.compactMap { place < $0.count ? $0[place] : nil } }
  }
}
