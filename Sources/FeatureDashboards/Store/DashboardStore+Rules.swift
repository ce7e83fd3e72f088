import Foundation
import GRDB
public import LinearAlgebra

extension DashboardStore {
  /// Returns the rules of heuristic labels, by feature.
  public func rules() throws(DashboardError) -> [FeatureName: TokenRule] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT feature, rule FROM rule").reduce(into: [:]) { rules, row in
        rules[FeatureName(row: row["feature"])] = try? JSONDecoder().decode(
          TokenRule.self, from: row["rule"] as Data)
      }
    }
  }

  /// Returns the rule of a feature's heuristic label; nil when it has none.
  public func rule(_ name: FeatureName) throws(DashboardError) -> TokenRule? {
    try read { db in
      try Data.fetchOne(db, sql: "SELECT rule FROM rule WHERE feature = ?", arguments: [name.row])
        .flatMap { try? JSONDecoder().decode(TokenRule.self, from: $0) }
    }
  }

  /// Gives features heuristic labels with their rules, in place of those that they had; all or none.
  public func write(
    _ labels: [(name: FeatureName, label: HeuristicLabel)], time: Double
  ) throws(DashboardError) {
    try write { db in
      try insert(labels.map { (name: $0.name, label: $0.label.label(time: time)) }, in: db)
      for (name, label) in labels {
        try db.cachedStatement(sql: "DELETE FROM rule WHERE feature = ?").execute(arguments: [name.row])
        guard let rule = label.rule else { continue }
        try db.cachedStatement(sql: "INSERT INTO rule (feature, rule) VALUES (?, ?)").execute(
          arguments: [name.row, try JSONEncoder().encode(rule)])
      }
    }
  }

  /// A sample of the text from which the dashboards were made: every n-th passage, about `tokens` tokens in all.
  public func sample(tokens: Int = 200_000) throws(DashboardError) -> CorpusSample {
    let count = try passageCount()
    let length = max(1, info.tokenCount / max(1, count))
    let step = max(1, count * length / max(1, tokens))
    var contexts: [[Int]] = []
    for id in stride(from: 0, to: count, by: step) { contexts += try passages(id..<id + 1).map(\.tokens) }
    return CorpusSample(contexts, lexicon)
  }

  /// The texts of the store's tokens, with their classes.
  public var lexicon: Lexicon { Lexicon(texts) }

  /// Labels every feature by the offline rules, all or none of them.
  ///
  /// - Parameters:
  ///   - time: Seconds since 1970.
  ///   - progress: Told how many features are done.
  public func labelByRules(time: Double, _ workers: Workers, progress: (Int) -> Void = { _ in }) throws {
    let labeller = HeuristicLabeller(try sample(), lexicon)
    var labels: [(name: FeatureName, label: HeuristicLabel)] = []
    var waiting: [FeatureDashboard] = []
    func flush() {
      labels += workers.map(waiting) { (name: $0.name, label: labeller.label($0)) }
      waiting = []
      progress(labels.count)
    }
    try forEachDashboard { dashboard in
      waiting.append(dashboard)
      if waiting.count == 1024 { flush() }
    }
    flush()
    try write(labels, time: time)
  }

  /// Whether features have labels by the offline rules.
  public func isLabelledByRules() throws(DashboardError) -> Bool {
    try read { db in
      let origin = FeatureLabel.Origin.heuristic.precedence
      return try Int.fetchOne(
        db, sql: "SELECT 1 FROM label WHERE origin = ? LIMIT 1", arguments: [origin]) != nil
    }
  }
}
