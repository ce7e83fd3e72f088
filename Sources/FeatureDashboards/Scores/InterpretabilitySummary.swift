public import LinearAlgebra

/// How well the labels of a set of features tell where they are active.
public struct InterpretabilitySummary: Sendable, Equatable, Codable {
  /// Mean values of some scores.
  public struct Means: Sendable, Equatable, Codable {
    /// The features that were scored.
    public var features: Int
    /// The mean precision, over those whose answer or rule ever was yes.
    public var precision: Double?
    /// The mean recall.
    public var recall: Double?
    /// The mean of F1.
    public var f1: Double?
    /// The mean accuracy.
    public var accuracy: Double?

    init(_ counts: [DecisionCounts]) {
      features = counts.count
      precision = Means.mean(counts.compactMap(\.precision))
      recall = Means.mean(counts.compactMap(\.recall))
      f1 = Means.mean(counts.compactMap(\.f1))
      accuracy = Means.mean(counts.compactMap(\.accuracy))
    }

    private static func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
  }

  /// What one judge said by one method.
  public struct Judged: Sendable, Equatable, Codable {
    /// The method.
    public var method: JudgeMethod
    /// The language model.
    public var judge: String
    /// Its answers.
    public var means: Means
  }

  /// The least number of places where a feature must be active on the text to count.
  public static let leastPlaces = 5

  /// The features of the set.
  public var features: Int
  /// Those whose label states a rule.
  public var withRule: Int
  /// The places of text that were looked at.
  public var places: Int
  /// Features that are active at ``leastPlaces`` or more of them and state no rule.
  public var activeWithoutRule: Int
  /// The rules of features that are active so often.
  public var rules: Means
  /// The mean share of the activation at places where the rule holds.
  public var massRecall: Double?
  /// The mean of F1 over all features that are active so often, where no rule counts as 0.
  public var f1OfAll: Double
  /// What judges said, as far as they were asked.
  public var judged: [Judged]

  /// Sums up.
  ///
  /// - Parameters:
  ///   - scores: The rules' scores on text; for features without a rule those of one that never holds.
  ///   - ruled: The features whose labels state a rule.
  ///   - features: The features of the set.
  ///   - judged: All that judges said.
  public init(_ scores: [RuleScore], ruled: Set<FeatureName>, features: Int, judged: [FeatureScore]) {
    let active = scores.filter { $0.counts.hits + $0.counts.misses >= InterpretabilitySummary.leastPlaces }
    let rated = active.filter { ruled.contains($0.name) }
    self.features = features
    withRule = ruled.count
    places =
      scores.first.map {
        $0.counts.hits + $0.counts.misses + $0.counts.falseAlarms + $0.counts.rejections
      } ?? 0
    activeWithoutRule = active.count - rated.count
    rules = Means(rated.map(\.counts))
    let masses = rated.compactMap(\.massRecall)
    massRecall = masses.isEmpty ? nil : masses.reduce(0, +) / Double(masses.count)
    f1OfAll = rated.compactMap(\.counts.f1).reduce(0, +) / Double(max(1, active.count))
    self.judged = InterpretabilitySummary.judged(judged)
  }

  /// Adds up each feature's rounds, then takes the mean over features.
  private static func judged(_ scores: [FeatureScore]) -> [Judged] {
    let groups = Dictionary(grouping: scores) { "\($0.method.rawValue)\n\($0.judge)" }
    return groups.sorted { $0.key < $1.key }.compactMap { _, scores in
      guard let first = scores.first else { return nil }
      let sums = Dictionary(grouping: scores, by: \.name).mapValues { rounds in
        rounds.reduce(into: DecisionCounts()) { $0 += $1.counts }
      }
      let ordered = sums.sorted { $0.key < $1.key }.map(\.value)
      return Judged(method: first.method, judge: first.judge, means: Means(ordered))
    }
  }
}

extension DashboardStore {
  /// Checks the labels of all features on contexts that made no label, and adds what judges said.
  public func interpretability(
    _ reader: some ActivityReader, _ contexts: [[Int]], _ workers: Workers, progress: (Int) -> Void = { _ in }
  ) throws(DashboardError) -> InterpretabilitySummary {
    let rules = try rules()
    var all = rules
    // A rule of a token that is none never holds: its misses tell how often a feature without a rule is active.
    for (layer, count) in info.featureCounts.enumerated() {
      for index in 0..<count {
        let name = FeatureName(layer: layer, index: index)
        if all[name] == nil { all[name] = TokenRule(tokens: [-1]) }
      }
    }
    let scores = RuleCheck(all, classes: lexicon.classes).scores(
      reader, contexts, workers, progress: progress)
    var judged: [FeatureScore] = []
    for method in JudgeMethod.allCases { judged += try self.scores(method) }
    return InterpretabilitySummary(
      scores, ruled: Set(rules.keys), features: info.featureCounts.reduce(0, +), judged: judged)
  }
}
