/// How well a rule tells a feature's activation over pairs of operands.
public struct OperandFit: Sendable, Hashable, Codable {
  /// The rule's name, such as `a + b mod 10`; nil where no rule tells enough.
  public var rule: String?
  /// The kind of rule in the papers' words, `none` where no rule tells enough, or `silent`, or `constant`.
  public var kind: String
  /// The classes in which the feature is active: those whose mean reaches half of the strongest one.
  public var values: [String]
  /// The share of variance that the rule explains, adjusted for its number of classes; nil where nothing varies.
  ///
  /// 1 − (Σ within classes / (cells − classes)) / (Σ in all / (cells − 1)): around 0 for what the rule does not tell.
  public var score: Double?

  /// Says how well a rule tells.
  public init(rule: String? = nil, kind: String, values: [String], score: Double? = nil) {
    self.rule = rule
    self.kind = kind
    self.values = values
    self.score = score
  }

  /// Below this score no rule is named.
  public static let leastScore = 0.5
  /// A rule with fewer classes is preferred when it explains this much less.
  public static let tolerance = 0.02
}

extension OperandPlot {
  /// Classifies the plot: the rule with the fewest classes among those that explain nearly as much as the best.
  ///
  /// 1. Each rule is scored by the share of variance between its classes, adjusted for their number. A rule needs two
  ///    cells a class in the mean: with as many classes as cells every picture would be explained.
  /// 2. Rules within 0.02 of the best remain: a lookup table explains all that its sum modulo 10 explains.
  /// 3. Of these the one with the fewest classes is taken, the first one of equals; below 0.5 none is.
  public func fit(rules: [OperandRule] = OperandRule.all) -> OperandFit {
    guard let first = values.first, values.contains(where: { $0 != first }) else {
      return OperandFit(kind: values.first == 0 ? "silent" : "constant", values: [])
    }
    let tables = rules.map { (rule: $0, classes: classes($0)) }
    let scored = tables.compactMap { table in score(table.classes).map { (table.rule, table.classes, $0) } }
    guard let best = scored.map(\.2).max() else { return OperandFit(kind: "none", values: []) }
    let near = scored.filter { $0.2 >= best - OperandFit.tolerance }
    let fewest = near.map(\.1.count).min() ?? 0
    guard best >= OperandFit.leastScore, let chosen = near.first(where: { $0.1.count == fewest }) else {
      return OperandFit(kind: "none", values: [], score: best)
    }
    return OperandFit(
      rule: chosen.0.name, kind: chosen.0.kind, values: active(chosen.0, chosen.1), score: chosen.2)
  }

  /// The share of variance that a rule explains, adjusted for its number of classes; nil where it cannot be told.
  public func score(_ rule: OperandRule) -> Double? { score(classes(rule)) }

  private func classes(_ rule: OperandRule) -> [Int: (count: Int, sum: Double)] {
    var classes: [Int: (count: Int, sum: Double)] = [:]
    for (cell, value) in values.enumerated() {
      let (a, b) = grid.pair(cell)
      classes[rule.classNumber(a, b), default: (0, 0)].count += 1
      classes[rule.classNumber(a, b), default: (0, 0)].sum += Double(value)
    }
    return classes
  }

  private func score(_ classes: [Int: (count: Int, sum: Double)]) -> Double? {
    let (cells, count) = (values.count, classes.count)
    guard count > 1, cells >= 2 * count else { return nil }
    let sum = values.reduce(0.0) { $0 + Double($1) }
    let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let whole = squares - sum * sum / Double(cells)
    // In the order of the classes, so that the sum is the same each time.
    let between = classes.sorted { $0.key < $1.key }.reduce(0.0) {
      $0 + $1.value.sum * $1.value.sum / Double($1.value.count)
    }
    guard whole > 0 else { return nil }
    return 1 - max(0, squares - between) / Double(cells - count) / (whole / Double(cells - 1))
  }

  /// The classes in which the feature is active, neighbours joined.
  private func active(_ rule: OperandRule, _ classes: [Int: (count: Int, sum: Double)]) -> [String] {
    let means = classes.mapValues { $0.sum / Double($0.count) }
    let most = means.values.max { abs($0) < abs($1) } ?? 0
    let strong = means.filter { $0.value * most > 0 && abs($0.value) >= abs(most) / 2 }.keys.sorted()
    guard rule.hasRanges else { return strong.map(rule.text) }
    var ranges: [ClosedRange<Int>] = []
    for number in strong {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
  }
}
