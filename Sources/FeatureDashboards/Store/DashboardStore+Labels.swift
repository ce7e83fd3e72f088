import Foundation
import GRDB

extension DashboardStore {
  /// Returns all labels of a feature, the winning one first.
  public func labels(_ name: FeatureName) throws(DashboardError) -> [FeatureLabel] {
    try read { db in try DashboardStore.labels(name.row, db) }
  }

  /// Returns the winning label of each feature that has one.
  public func winningLabels(_ names: [FeatureName]) throws(DashboardError) -> [FeatureName: FeatureLabel] {
    try read { db in
      try names.reduce(into: [:]) { $0[$1] = try DashboardStore.labels($1.row, db).first }
    }
  }

  /// Returns the features that have a label of this origin.
  public func names(labelledBy origin: FeatureLabel.Origin) throws(DashboardError) -> [FeatureName] {
    let key = origin.key
    return try read { db in
      try Int64.fetchAll(
        db, sql: "SELECT feature FROM label WHERE origin = ? AND model = ? AND prompt = ? ORDER BY feature",
        arguments: [origin.precedence, key.model, key.prompt]
      ).map(FeatureName.init(row:))
    }
  }

  /// Gives features labels, all or none of them.
  ///
  /// A label replaces only the one of the same origin (for a model: the same model and prompt), so those of other origins
  /// stay beside it, and the winning one is shown.
  public func label(_ labels: [(name: FeatureName, label: FeatureLabel)]) throws(DashboardError) {
    try write { db in try insert(labels, in: db) }
  }

  /// Gives features labels as a part of what is written.
  func insert(_ labels: [(name: FeatureName, label: FeatureLabel)], in db: Database) throws {
    for (name, label) in labels {
      try DashboardStore.set(label, of: name, db)
      try DashboardStore.showLabel(name, info, db)
    }
  }

  /// Gives a feature labels from elsewhere, but none of a person where there is one.
  func addLabels(_ labels: [FeatureLabel], of name: FeatureName, in db: Database) throws {
    let isNamed = try DashboardStore.labels(name.row, db).contains { $0.origin == .person }
    for label in labels where label.origin != .person || !isNamed {
      try DashboardStore.set(label, of: name, db)
    }
    if !labels.isEmpty { try DashboardStore.showLabel(name, info, db) }
  }

  private static func set(_ label: FeatureLabel, of name: FeatureName, _ db: Database) throws {
    let (kind, key) = (label.origin.precedence, label.origin.key)
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO label (feature, origin, model, prompt, text, evidence, time)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      name.row, kind, key.model, key.prompt, label.text, label.evidence, label.time,
    ])
  }

  /// Takes a label back.
  public func removeLabel(_ origin: FeatureLabel.Origin, of name: FeatureName) throws(DashboardError) {
    try write { db in
      try db.execute(
        sql: "DELETE FROM label WHERE feature = ? AND origin = ? AND model = ? AND prompt = ?",
        arguments: [name.row, origin.precedence, origin.key.model, origin.key.prompt])
      try DashboardStore.showLabel(name, info, db)
    }
  }

  static func labels(_ row: Int64, _ db: Database) throws -> [FeatureLabel] {
    try Row.fetchAll(
      db.cachedStatement(sql: "SELECT * FROM label WHERE feature = ?"), arguments: [row]
    ).map(label).sorted { $0.wins(over: $1) }
  }

  private static func label(_ row: Row) -> FeatureLabel {
    let origin: FeatureLabel.Origin =
      switch row["origin"] as Int {
      case 2: .person
      case 1: .model(name: row["model"], prompt: row["prompt"])
      default: .heuristic
      }
    return FeatureLabel(text: row["text"], origin: origin, evidence: row["evidence"], time: row["time"])
  }

  /// Makes the winning label the one that is shown, and all of them findable.
  private static func showLabel(_ name: FeatureName, _ info: DashboardInfo, _ db: Database) throws {
    let labels = try labels(name.row, db)
    try db.cachedStatement(sql: "UPDATE feature SET label = ? WHERE id = ?").execute(
      arguments: [labels.first?.text, name.row])
    guard db.changesCount > 0 else {
      throw DashboardError.noSuchFeature(name, featureCounts: info.featureCounts)
    }
    try db.cachedStatement(sql: "DELETE FROM label_text WHERE rowid = ?").execute(arguments: [name.row])
    guard !labels.isEmpty else { return }
    let text = SearchWords.indexed(labels.map(\.text).joined(separator: " \n "))
    try db.cachedStatement(sql: "INSERT INTO label_text (rowid, text) VALUES (?, ?)").execute(
      arguments: [name.row, text])
  }
}

extension FeatureLabel.Origin {
  /// What tells labels of several models apart.
  var key: (model: String, prompt: String) {
    guard case .model(let name, let prompt) = self else { return ("", "") }
    return (name, prompt)
  }
}
