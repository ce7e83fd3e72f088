import Foundation
import GRDB

extension DashboardStore {
  /// Returns what is known of a feature.
  public func dashboard(_ name: FeatureName) throws(DashboardError) -> FeatureDashboard {
    guard let found = try dashboards([name]).first else {
      throw .noSuchFeature(name, featureCounts: info.featureCounts)
    }
    return found
  }

  /// Returns what is known of some features, in their order; those that the store does not have are left out.
  public func dashboards(_ names: [FeatureName]) throws(DashboardError) -> [FeatureDashboard] {
    try read { db in try names.compactMap { try DashboardStore.stored($0, db) } }
  }

  /// Calls `body` with every dashboard in the order of the names, some at a time.
  public func forEachDashboard(
    _ body: (FeatureDashboard) throws -> Void
  ) throws {
    var last: Int64 = -1
    while true {
      let some = try read { db in
        try Row.fetchAll(
          db, sql: DashboardStore.selection + "WHERE id > ? ORDER BY id LIMIT 256", arguments: [last]
        ).map { try DashboardStore.dashboard($0, db) }
      }
      guard let end = some.last else { return }
      for dashboard in some { try body(dashboard) }
      last = end.name.row
    }
  }

  /// All columns of dashboards.
  private static let selection = """
    SELECT id, density, active, mean, least, greatest, content FROM feature JOIN dashboard USING (id)\u{20}
    """

  private static func dashboard(_ row: Row, _ db: Database) throws -> FeatureDashboard {
    var reader = ByteReader(row["content"] as Data)
    let groups = try reader.excerpts()
    let passages = try passages(Set(groups.flatMap { $0.examples.map(\.passage) }), db)
    var dashboard = FeatureDashboard(
      name: FeatureName(row: row["id"]), density: row["density"], activePositions: row["active"],
      meanActivation: row["mean"],
      activationRange: ActivationRange(least: row["least"], greatest: row["greatest"]),
      exampleGroups: try groups.map { name, examples in
        ExampleGroup(name: name, examples: try examples.map { try cut($0, passages) })
      })
    try reader.fill(&dashboard)
    return dashboard
  }

  /// Cuts an example out of its passage.
  static func cut(_ excerpt: Excerpt, _ passages: [Int: Passage]) throws -> FeatureExample {
    guard let example = excerpt.example(passages) else { throw ByteReader.Malformed() }
    return example
  }

  /// Adds dashboards, or replaces them; their passages must be there.
  ///
  /// Labels stay.
  public func write(_ dashboards: [FeatureDashboard]) throws(DashboardError) {
    try write { db in
      for dashboard in dashboards { try insert(dashboard, texts, in: db) }
    }
  }

  /// Adds a dashboard, or replaces one.
  func insert(_ dashboard: FeatureDashboard, _ texts: TokenTexts, in db: Database) throws {
    if let old = try DashboardStore.stored(dashboard.name, db) {
      let (examples, outputs) = old.searchTexts(texts)
      try db.cachedStatement(
        sql: "INSERT INTO feature_text (feature_text, rowid, examples, outputs) VALUES ('delete', ?, ?, ?)"
      ).execute(arguments: [old.name.row, examples, outputs])
    }
    try replace(dashboard, texts, in: db)
  }

  /// Adds a dashboard in the place of one that cannot be found by text any more.
  func replace(_ dashboard: FeatureDashboard, _ texts: TokenTexts, in db: Database) throws {
    var writer = ByteWriter()
    writer.append(dashboard)
    try db.cachedStatement(
      sql: """
        INSERT INTO feature (id, density, active, mean, least, greatest) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET density = excluded.density, active = excluded.active,
        mean = excluded.mean, least = excluded.least, greatest = excluded.greatest
        """
    ).execute(arguments: [
      dashboard.name.row, dashboard.density, dashboard.activePositions, dashboard.meanActivation,
      dashboard.activationRange.least, dashboard.activationRange.greatest,
    ])
    try db.cachedStatement(sql: "INSERT OR REPLACE INTO dashboard (id, content) VALUES (?, ?)").execute(
      arguments: [dashboard.name.row, Data(writer.bytes)])
    let (examples, outputs) = dashboard.searchTexts(texts)
    try db.cachedStatement(sql: "INSERT INTO feature_text (rowid, examples, outputs) VALUES (?, ?, ?)")
      .execute(
        arguments: [dashboard.name.row, examples, outputs])
  }

  private static func stored(_ name: FeatureName, _ db: Database) throws -> FeatureDashboard? {
    try Row.fetchOne(
      db.cachedStatement(sql: selection + "WHERE id = ?"), arguments: [name.row]
    ).map { try dashboard($0, db) }
  }
}
