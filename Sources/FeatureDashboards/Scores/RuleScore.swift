public import LinearAlgebra

/// How well a feature's rule tells where it is active, on text that made no label.
public struct RuleScore: Sendable, Equatable, Codable {
  /// The feature.
  public var name: FeatureName
  /// The rule.
  public var rule: TokenRule
  /// Places where the rule held and where the feature was active.
  public var counts: DecisionCounts
  /// The activation at places where the rule held.
  public var massHeld: Double
  /// The activation at all places.
  public var mass: Double

  /// The share of the activation at places where the rule held; nil for a feature that was never active.
  public var massRecall: Double? { mass > 0 ? massHeld / mass : nil }
}

/// Checks rules on text.
///
/// 1. The model reads each context; the features that are active at a place are those that dashboards count.
/// 2. An index finds the rules that hold at a place, without going through all of them.
/// 3. Places where both, only the rule, or only the feature, are counted; all others are rejections.
public struct RuleCheck: Sendable {
  private let names: [FeatureName]
  private let rules: [TokenRule]
  private let index: [FeatureName: Int]
  private let lookup: RuleIndex

  /// Takes the rules to check.
  ///
  /// - Parameter classes: The classes of each token id.
  public init(_ rules: [FeatureName: TokenRule], classes: [TokenClasses]) {
    names = rules.keys.sorted()
    self.rules = names.compactMap { rules[$0] }
    index = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    lookup = RuleIndex(self.rules, classes: classes)
  }

  /// Returns the score of each rule, in the order of features, over contexts that workers take one at a time.
  ///
  /// - Parameter progress: Told how many contexts are done.
  public func scores(
    _ reader: some ActivityReader, _ contexts: [[Int]], _ workers: Workers, progress: (Int) -> Void = { _ in }
  ) -> [RuleScore] {
    var total = Tally(names.count)
    var done = 0
    while done < contexts.count {
      let some = Array(contexts[done..<min(done + 4 * workers.count, contexts.count)])
      for tally in workers.map(some, { tally($0, reader) }) { total.add(tally) }
      done += some.count
      progress(done)
    }
    return names.indices.map { total.score(names[$0], rules[$0], $0) }
  }

  private func tally(_ context: [Int], _ reader: some ActivityReader) -> Tally {
    var tally = Tally(names.count)
    var seen = [Int](repeating: -1, count: names.count)
    for (place, active) in reader.activity(context).enumerated() where reader.counts(place, of: context) {
      tally.places += 1
      lookup.forEachHolding(context, at: place) { number in
        if seen[number] != place { tally.held[number] += 1 }
        seen[number] = place
      }
      for (name, value) in active {
        guard let number = index[name] else { continue }
        tally.active[number] += 1
        tally.mass[number] += Double(value)
        if seen[number] == place {
          tally.both[number] += 1
          tally.massHeld[number] += Double(value)
        }
      }
    }
    return tally
  }

  /// What is counted for each rule.
  private struct Tally: Sendable {
    var places = 0
    var held: [Int]
    var active: [Int]
    var both: [Int]
    var mass: [Double]
    var massHeld: [Double]

    init(_ count: Int) {
      held = Array(repeating: 0, count: count)
      active = held
      both = held
      mass = Array(repeating: 0, count: count)
      massHeld = mass
    }

    mutating func add(_ other: Tally) {
      places += other.places
      for number in held.indices {
        held[number] += other.held[number]
        active[number] += other.active[number]
        both[number] += other.both[number]
        mass[number] += other.mass[number]
        massHeld[number] += other.massHeld[number]
      }
    }

    func score(_ name: FeatureName, _ rule: TokenRule, _ number: Int) -> RuleScore {
      let counts = DecisionCounts(
        hits: both[number], falseAlarms: held[number] - both[number],
        rejections: places - held[number] - active[number] + both[number],
        misses: active[number] - both[number])
      return RuleScore(
        name: name, rule: rule, counts: counts, massHeld: massHeld[number], mass: mass[number])
    }
  }
}
