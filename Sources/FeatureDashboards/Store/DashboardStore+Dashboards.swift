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
    try read { db in
      let statement = try db.cachedStatement(sql: DashboardStore.selection + "WHERE id = ?")
      let rows = try names.compactMap { try Row.fetchOne(statement, arguments: [$0.row]) }
      return try DashboardStore.dashboards(rows, db)
    }
  }

  /// Calls `body` with every dashboard in the order of the names, some at a time.
  public func forEachDashboard(
    _ body: (FeatureDashboard) throws -> Void
  ) throws {
    var last: Int64 = -1
    while true {
      let some = try read { db in
        let rows = try Row.fetchAll(
          db, sql: DashboardStore.selection + "WHERE id > ? ORDER BY id LIMIT 256", arguments: [last])
        return try DashboardStore.dashboards(rows, db)
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

  /// Puts dashboards together, whose passages are read once.
  private static func dashboards(_ rows: [Row], _ db: Database) throws -> [FeatureDashboard] {
    let contents = try rows.map { row in
      var reader = ByteReader(row["content"] as Data)
      return (groups: try reader.excerpts(), rest: reader)
    }
    let wanted = contents.flatMap { $0.groups.flatMap { $0.examples.map(\.passage) } }
    let passages = try passages(Set(wanted), db)
    return try zip(rows, contents).map { row, content in
      var dashboard = try dashboard(row, content.groups, passages)
      var rest = content.rest
      try rest.fill(&dashboard)
      return dashboard
    }
  }

  private static func dashboard(
    _ row: Row, _ groups: [(name: String, examples: [Excerpt])], _ passages: [Int: Passage]
  ) throws -> FeatureDashboard {
    FeatureDashboard(
      name: FeatureName(row: row["id"]), density: row["density"], activePositions: row["active"],
      meanActivation: row["mean"],
      activationRange: ActivationRange(least: row["least"], greatest: row["greatest"]),
      exampleGroups: try groups.map { name, examples in
        ExampleGroup(name: name, examples: try examples.map { try cut($0, passages) })
      })
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
    let row = try Row.fetchOne(
      db.cachedStatement(sql: selection + "WHERE id = ?"), arguments: [name.row])
    return try row.flatMap { try dashboards([$0], db).first }
  }
}
