import Foundation
import LinearAlgebra

/// One request about a feature.
public struct JudgeItem: Hashable, Sendable, Comparable {
  /// The feature.
  public var name: FeatureName
  /// Which of its requests; for `contrastive` the pair of prompts.
  public var round: Int

  /// Names a request.
  public init(name: FeatureName, round: Int) {
    self.name = name
    self.round = round
  }

  /// Orders by feature, then round.
  public static func < (left: JudgeItem, right: JudgeItem) -> Bool {
    (left.name, left.round) < (right.name, right.round)
  }
}

/// What the methods need beside the dashboards.
public enum JudgeMaterial: Sendable {
  /// For `detection`: text without the features.
  case silent(SilentExcerpts)
  /// For `contrastive`: the prompt that makes a feature active, and the one that does not.
  case prompts([JudgeItem: (active: String, silent: String)])
  /// For `sort` and `fuzzing`.
  case none
}

/// Asks a language model to judge features and labels.
///
/// What was judged already is not asked again, unless the label is another one now.
public struct JudgeJob: EndpointJob {
  /// The requests to send.
  public let items: [JudgeItem]
  /// One feature a request.
  public let batch = 1
  /// Room to think aloud.
  public let maxTokens = 400
  /// About how long answers are.
  public var usualTokens: Int { method.needsLabel ? 30 : 6 }

  private let method: JudgeMethod
  private let judge: String
  private let store: DashboardStore
  private let material: JudgeMaterial
  private let labels: [FeatureName: FeatureLabel]
  /// All features that take part, from which others are chosen.
  private let names: [FeatureName]
  private let seed: UInt64

  /// Prepares the work.
  ///
  /// - Parameters:
  ///   - asked: The requests that should be answered, those that are included.
  ///   - judge: The language model's name.
  ///   - seed: Decides which excerpts are shown, and in which order.
  public init(
    _ method: JudgeMethod, _ asked: [JudgeItem], in store: DashboardStore, judge: String,
    material: JudgeMaterial, seed: UInt64
  ) throws(DashboardError) {
    let labels = try store.winningLabels(asked.map(\.name))
    let done = try store.scores(method).filter { score in
      score.judge == judge && (!method.needsLabel || score.label == labels[score.name]?.text)
    }
    let answered = Set(done.map { JudgeItem(name: $0.name, round: $0.round) })
    items = asked.filter { !answered.contains($0) && (!method.needsLabel || labels[$0.name] != nil) }
    names = Set(asked.map(\.name)).sorted()
    self.labels = labels
    self.method = method
    self.judge = judge
    self.store = store
    self.material = material
    self.seed = seed
  }

  /// Writes the question; a feature with too few examples has none.
  public func messages(for items: [JudgeItem]) throws -> [EndpointMessage]? {
    try items.first.flatMap { try question($0)?.messages }
  }

  /// Compares an answer with the truth.
  public func answers(in text: String, to items: [JudgeItem]) -> [JudgeItem: FeatureScore] {
    guard let item = items.first, let counts = (try? question(item))?.counts(text) else { return [:] }
    let label = method.needsLabel ? labels[item.name]?.text ?? "" : ""
    return [
      item: FeatureScore(
        name: item.name, method: method, judge: judge, round: item.round, label: label, counts: counts,
        time: Date().timeIntervalSince1970)
    ]
  }

  /// Keeps scores and their cost.
  public func record(_ answers: [JudgeItem: FeatureScore], _ usage: TokenUsage) throws {
    try store.record(answers.sorted { $0.key < $1.key }.map(\.value), usage, for: "judge")
  }

  /// The question of a request, the same every time.
  package func question(_ item: JudgeItem) throws -> JudgeQuestion? {
    var random = SplitMix64(
      seed: seed &+ UInt64(bitPattern: item.name.row) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(item.round))
    let writer = QuestionWriter(texts: store.texts)
    let feature = try store.dashboard(item.name)
    switch (method, material) {
    case (.detection, .silent(let excerpts)):
      let silent = excerpts.without(item.name, count: QuestionWriter.excerpts, &random)
      return writer.detection(
        label: labels[item.name]?.text ?? "", active: feature.heldExamples, silent: silent, &random)
    case (.fuzzing, _):
      return writer.fuzzing(label: labels[item.name]?.text ?? "", active: feature.heldExamples, &random)
    case (.sort, _):
      let others = names.filter { $0 != item.name }
      guard !others.isEmpty else { return nil }
      let other = try store.dashboard(others[Int(random.next() % UInt64(others.count))])
      return writer.sort(feature, other, round: item.round, &random)
    case (.contrastive, .prompts(let prompts)):
      return prompts[item].flatMap {
        writer.contrastive(feature, active: $0.active, silent: $0.silent, &random)
      }
    case (.detection, _), (.contrastive, _): return nil
    }
  }
}
