import Foundation
import GRDB

/// The tables of a store, by version.
///
/// A feature's row is `layer · 2³² + index`, so that the table is in the order of names.
enum DashboardSchema {
  /// Makes an old store new.
  ///
  /// Steps are only ever added; what one does stays as it is.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: dashboards and labels") { db in
      try db.execute(sql: firstVersion)
    }
    migrator.registerMigration("2: rules, costs and scores") { db in try db.execute(sql: labelling) }
    return migrator
  }

  /// The tables as they were first.
  ///
  /// `dashboard.content` is everything of a dashboard that has no column: apart, so that lists of features need not walk over
  /// it. `feature.label` is the winning label's text. The texts of `feature_text` are not stored, only their index.
  private static let firstVersion = """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE passage (id INTEGER PRIMARY KEY, tokens BLOB NOT NULL, documents BLOB NOT NULL);
    CREATE TABLE feature (
      id INTEGER PRIMARY KEY, density REAL NOT NULL, active INTEGER NOT NULL, mean REAL NOT NULL,
      least REAL NOT NULL, greatest REAL NOT NULL, label TEXT);
    CREATE TABLE dashboard (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
    CREATE INDEX feature_by_density ON feature (density, id);
    CREATE INDEX feature_by_greatest ON feature (greatest, id);
    CREATE INDEX feature_by_label ON feature (label IS NULL, label, id);
    CREATE TABLE label (
      feature INTEGER NOT NULL, origin INTEGER NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL,
      text TEXT NOT NULL, evidence TEXT NOT NULL, time REAL NOT NULL,
      PRIMARY KEY (feature, origin, model, prompt)) WITHOUT ROWID;
    CREATE INDEX label_by_origin ON label (origin, feature);
    CREATE VIRTUAL TABLE label_text USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE feature_text USING fts5 (
      examples, outputs, content = '', detail = column, tokenize = 'unicode61 remove_diacritics 2');
    INSERT INTO feature_text (feature_text, rank) VALUES ('hashsize', 33554432);
    """

  /// Says what a store was made from, and how its tokens are spelled.
  static func describe(_ info: DashboardInfo, _ texts: [String], in db: Database) throws {
    let set = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
    try db.execute(sql: set, arguments: ["info", try JSONEncoder().encode(info)])
    var writer = ByteWriter()
    writer.append(each: texts) { $0.append($1) }
    try db.execute(sql: set, arguments: ["texts", Data(writer.bytes)])
  }

  static func info(_ db: Database) throws -> DashboardInfo? {
    try value("info", db).flatMap { try? JSONDecoder().decode(DashboardInfo.self, from: $0) }
  }

  static func texts(_ db: Database) throws -> [String] {
    guard let data = try value("texts", db) else { return [] }
    var reader = ByteReader(data)
    return try reader.each { reader throws(ByteReader.Malformed) in try reader.text() }
  }

  private static func value(_ key: String, _ db: Database) throws -> Data? {
    try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
  }
}

extension FeatureName {
  /// The feature's row.
  var row: Int64 { Int64(layer) << 32 | Int64(index) }

  /// The feature of a row.
  init(row: Int64) { self.init(layer: Int(row >> 32), index: Int(row & 0xFFFF_FFFF)) }
}
