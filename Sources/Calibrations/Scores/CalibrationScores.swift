public import Interventions

/// What a basis scores against an answer key; counts add up over prompts.
public struct CalibrationScores: Sendable, Hashable, Codable {
  /// Features, each sign by itself, that encode a value of a computed variable.
  public var encodingFeatures = 0
  /// Recall: computed variables that act on the answer, with a node of the pruned graph that encodes their value.
  public var found = Rate(successes: 0, trials: 0)
  /// The same before pruning: what the whole graph has and pruning may lose.
  public var foundUnpruned = Rate(successes: 0, trials: 0)
  /// Precision: feature nodes of the pruned graph that encode the value of a variable of the key.
  public var known = Rate(successes: 0, trials: 0)
  /// The share of those nodes in the influence of all feature nodes of the pruned graph, averaged over prompts.
  public var knownInfluence = Mean()
  /// Edges of the key whose supernodes are there and whose supernode edge has the key's sign, among all edges of the key.
  public var edges = Rate(successes: 0, trials: 0)
  /// The same among the edges of the key both of whose supernodes are there.
  public var signs = Rate(successes: 0, trials: 0)
  /// The share, in what the answer's supernode reads from supernodes, that comes from inputs which by the key act only through
  /// computed variables, averaged over prompts.
  public var shortcuts = Mean()
  /// The share of those inputs' influence on the answer along paths that avoid all nodes which encode a computed variable.
  public var bypassing = Mean()
  /// Suppressed supernodes after which the answer is what the key says.
  public var suppressions = Rate(successes: 0, trials: 0)
  /// Prompts' suppressions where the key says that the answer changes, done with as many other features instead, after which
  /// the answer changes: what suppression does by itself.
  public var otherSuppressions = Rate(successes: 0, trials: 0)
  /// Supernodes exchanged for a donor's after which the answer is the donor's.
  public var swaps = Rate(successes: 0, trials: 0)
  /// Exactly known edges of a compiled model in the graph of its neurons; nil for other models and features.
  public var exact: ExactEdges?

  /// No prompt yet.
  public init() {}

  /// Adds what another prompt gave.
  static func += (total: inout CalibrationScores, more: CalibrationScores) {
    total.encodingFeatures += more.encodingFeatures
    total.found += more.found
    total.foundUnpruned += more.foundUnpruned
    total.known += more.known
    total.knownInfluence += more.knownInfluence
    total.edges += more.edges
    total.signs += more.signs
    total.shortcuts += more.shortcuts
    total.bypassing += more.bypassing
    total.suppressions += more.suppressions
    total.otherSuppressions += more.otherSuppressions
    total.swaps += more.swaps
    if let exact = more.exact {
      total.exact = ExactEdges(
        found: (total.exact?.found ?? Rate(successes: 0, trials: 0)) + exact.found,
        largestDeviation: max(total.exact?.largestDeviation ?? 0, exact.largestDeviation))
    }
  }
}

/// A mean over prompts.
public struct Mean: Sendable, Hashable, Codable {
  /// The sum of the numbers.
  public var sum = 0.0
  /// How many there are.
  public var count = 0

  /// A mean of nothing.
  public init() {}

  /// The mean; nil of nothing.
  public var value: Double? { count > 0 ? sum / Double(count) : nil }

  mutating func add(_ number: Double) {
    sum += number
    count += 1
  }

  static func += (total: inout Mean, more: Mean) {
    total.sum += more.sum
    total.count += more.count
  }
}

/// Edges whose weights are known exactly.
public struct ExactEdges: Sendable, Hashable, Codable {
  /// Those that the graph has.
  public var found: Rate
  /// The largest deviation of a weight, over all of them.
  public var largestDeviation: Double
}

extension Rate {
  static func + (one: Rate, other: Rate) -> Rate {
    Rate(successes: one.successes + other.successes, trials: one.trials + other.trials)
  }

  static func += (total: inout Rate, more: Rate) { total = total + more }

  mutating func add(_ isSuccess: Bool) {
    self = Rate(successes: successes + (isSuccess ? 1 : 0), trials: trials + 1)
  }
}
