import Foundation
import GRDB

extension DashboardStore {
  /// Keeps labels that an endpoint gave and what they cost, both or neither.
  func record(
    _ labels: [(name: FeatureName, label: FeatureLabel)], _ usage: TokenUsage, for purpose: String
  ) throws(DashboardError) {
    try write { db in
      try insert(labels, in: db)
      try DashboardStore.insert(usage, for: purpose, in: db)
    }
  }

  /// Keeps scores that an endpoint gave and what they cost, both or neither.
  func record(_ scores: [FeatureScore], _ usage: TokenUsage, for purpose: String) throws(DashboardError) {
    try write { db in
      for score in scores { try DashboardStore.insert(score, in: db) }
      try DashboardStore.insert(usage, for: purpose, in: db)
    }
  }

  private static func insert(_ usage: TokenUsage, for purpose: String, in db: Database) throws {
    guard usage.requests > 0 else { return }
    try db.execute(
      sql: """
        INSERT INTO endpoint_call (purpose, time, requests, input, output, estimated) VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        purpose, Date().timeIntervalSince1970, usage.requests, usage.input, usage.output, usage.estimated,
      ])
  }

  /// Returns what endpoints have cost so far for a purpose, `label` or `judge`.
  public func usage(for purpose: String) throws(DashboardError) -> TokenUsage {
    try read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT TOTAL(requests) AS requests, TOTAL(input) AS input, TOTAL(output) AS output,
          TOTAL(estimated) AS estimated FROM endpoint_call WHERE purpose = ?
          """, arguments: [purpose])
      guard let row else { return TokenUsage() }
      let number = { (column: String) in Int(row[column] as Double) }
      return TokenUsage(
        requests: number("requests"), input: number("input"), output: number("output"),
        estimated: number("estimated"))
    }
  }

  private static func insert(_ score: FeatureScore, in db: Database) throws {
    try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      score.name.row, score.method.rawValue, score.judge, score.round, score.label, score.counts.hits,
      score.counts.falseAlarms, score.counts.rejections, score.counts.misses, score.time,
    ])
  }

  /// Returns all scores of a method, in the order of feature, judge and round.
  public func scores(_ method: JudgeMethod) throws(DashboardError) -> [FeatureScore] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM score WHERE method = ? ORDER BY feature, judge, round",
        arguments: [method.rawValue]
      ).map { DashboardStore.score($0, method) }
    }
  }

  /// Returns all scores of a feature.
  public func scores(of name: FeatureName) throws(DashboardError) -> [FeatureScore] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM score WHERE feature = ? ORDER BY method, judge, round", arguments: [name.row]
      ).compactMap { row in JudgeMethod(rawValue: row["method"]).map { DashboardStore.score(row, $0) } }
    }
  }

  private static func score(_ row: Row, _ method: JudgeMethod) -> FeatureScore {
    FeatureScore(
      name: FeatureName(row: row["feature"]), method: method, judge: row["judge"], round: row["round"],
      label: row["label"],
      counts: DecisionCounts(
        hits: row["hits"], falseAlarms: row["false_alarms"], rejections: row["rejections"],
        misses: row["misses"]), time: row["time"])
  }
}
