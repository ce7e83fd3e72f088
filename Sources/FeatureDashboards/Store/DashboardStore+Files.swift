import Foundation
import GRDB

extension DashboardStore {
  /// The features of a layer that the store has.
  func featureCount(layer: Int) throws(DashboardError) -> Int {
    try read { db in
      try Int.fetchOne(
        db, sql: "SELECT COUNT(*) FROM feature WHERE id >= ? AND id < ?",
        arguments: [FeatureName(layer: layer, index: 0).row, FeatureName(layer: layer + 1, index: 0).row])
        ?? 0
    }
  }

  /// Takes over all passages and dashboards of another store, all or none; labels stay.
  ///
  /// A file that others may have open must not be replaced, so its contents are.
  func replaceDashboards(from other: DashboardStore) throws {
    let passages = try other.passages(0..<Int.max)
    try transaction { db in
      try db.execute(sql: "INSERT INTO feature_text (feature_text) VALUES ('delete-all')")
      try db.execute(sql: "DELETE FROM passage")
      try DashboardSchema.describe(other.info, other.texts.all, in: db)
      try insert(passages, in: db)
      try other.forEachDashboard { dashboard in try replace(dashboard, other.texts, in: db) }
    }
    texts = other.texts
  }

  /// Puts a closed store in its place, unless there is one already.
  static func move(_ store: URL, to file: URL) throws(DashboardError) {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      // A link fails where something is, which a renaming would replace.
      try FileManager.default.linkItem(at: store, to: file)
      try FileManager.default.removeItem(at: store)
    } catch {
      guard !FileManager.default.fileExists(atPath: file.path) else {
        throw .exists(path: file.path, advice: "another process has made it meanwhile")
      }
      throw .inaccessible(path: file.path, reason: "the folder cannot be written; choose another place")
    }
  }

  /// Removes a store and what SQLite keeps beside it.
  static func remove(_ store: URL) throws {
    for suffix in ["", "-wal", "-shm"] {
      let path = store.path + suffix
      if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }
  }
}
