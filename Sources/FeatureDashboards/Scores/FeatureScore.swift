/// How a language model judges labels and features.
public enum JudgeMethod: String, Sendable, Codable, CaseIterable {
  /// Told the label, it says of whole excerpts whether the feature is active in them (delphi).
  case detection
  /// Told the label, it says of excerpts with marked tokens whether the marks are where the feature is active (delphi).
  case fuzzing
  /// Shown the strongest examples of two features, it says whose a further one is (methods paper).
  case sort
  /// Shown a feature's strongest examples, it says which of two prompts that differ in one thing made it active (methods
  /// paper).
  case contrastive

  /// Whether it judges a label, and not only the feature.
  public var needsLabel: Bool { self == .detection || self == .fuzzing }
}

/// What a judge said in one request about a feature.
public struct FeatureScore: Sendable, Equatable, Codable {
  /// The feature.
  public var name: FeatureName
  /// What was asked.
  public var method: JudgeMethod
  /// The model that judged.
  public var judge: String
  /// Which of a feature's requests it was, from 0.
  public var round: Int
  /// The label that was judged; empty where none is needed.
  public var label: String
  /// The answers.
  public var counts: DecisionCounts
  /// When, in seconds since 1970.
  public var time: Double

  /// Notes a score.
  public init(
    name: FeatureName, method: JudgeMethod, judge: String, round: Int, label: String, counts: DecisionCounts,
    time: Double
  ) {
    self.name = name
    self.method = method
    self.judge = judge
    self.round = round
    self.label = label
    self.counts = counts
    self.time = time
  }
}
