import Foundation

/// Where a build keeps what is not complete.
struct BuildFolder {
  /// The folder.
  let folder: URL
  /// What the numbers depend on.
  let key: String

  init(beside file: URL, key: String) {
    folder = file.appendingPathExtension("partial")
    self.key = key
  }

  /// The tallies.
  var checkpoint: URL { folder.appending(component: "tallies") }
  /// The store that is being written.
  var store: URL { folder.appending(component: "store.sqlite") }
  private var keyFile: URL { folder.appending(component: "key") }

  /// Makes the folder; what was left of another build is removed.
  func make() throws {
    let found = try? String(contentsOf: keyFile, encoding: .utf8)
    guard found != key else { return try removeHalfWritten() }
    do {
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(key.utf8).write(to: keyFile, options: .atomic)
    } catch {
      throw DashboardError.inaccessible(
        path: folder.path, reason: "the folder cannot be written; choose another place")
    }
  }

  /// Removes what a build left that was killed while it wrote.
  private func removeHalfWritten() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where name.hasSuffix(".partial") {
      try FileManager.default.removeItem(at: folder.appending(component: name))
    }
  }

  /// Puts a complete store in its place; one that is there gets its dashboards and keeps its labels.
  ///
  /// - Parameter finish: Adds to the complete store.
  func finish(
    _ store: DashboardStore, at file: URL, _ finish: (DashboardStore) throws -> Void
  ) throws {
    if FileManager.default.fileExists(atPath: file.path) {
      let old = try DashboardStore(file, identity: store.info.identity)
      try old.replaceDashboards(from: store)
      try finish(old)
      try store.close()
    } else {
      try finish(store)
      try store.close()
      try DashboardStore.move(self.store, to: file)
    }
    try FileManager.default.removeItem(at: folder)
  }
}
