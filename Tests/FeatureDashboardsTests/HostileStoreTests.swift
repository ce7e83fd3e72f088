import FeatureDashboards
import Foundation
import GRDB
import LinearAlgebra
import Testing
import _TestSupport

@Suite("Stores that are not as they should be")
struct HostileStoreTests {
  let invented = InventedDashboards(layers: 2, features: 12, passages: 10)

  /// A store's file, closed.
  private func file(_ folder: borrowing TemporaryFolder, _ name: String = "a.sqlite") throws -> URL {
    try invented.store(folder.file(name)).close()
    return folder.file(name)
  }

  @Test("A store is never shown for other features")
  func otherFeatures() throws {
    let folder = try TemporaryFolder()
    let file = try file(folder)
    #expect(throws: DashboardError.otherFeatures(path: file.path, basis: "invented")) {
      try DashboardStore(file, identity: "identity-2")
    }
    _ = try DashboardStore(file, identity: "identity-1")
  }

  @Test(
    "Files that are no stores are refused in a sentence", arguments: ["", "no database", "SQLite format 3\0"])
  func noStore(_ contents: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("a.sqlite")
    try Data(contents.utf8).write(to: file)
    let error = #expect(throws: DashboardError.self) { try DashboardStore(file, identity: nil) }
    #expect(error?.description.faultAsSentence == nil)
    #expect(throws: DashboardError.missing(path: folder.file("b").path)) {
      try DashboardStore(folder.file("b"), identity: nil)
    }
    #expect(throws: DashboardError.self) { try DashboardStore(folder.url, identity: nil) }
  }

  @Test("Another program's database, and that of a newer version, are refused")
  func otherDatabases() throws {
    let folder = try TemporaryFolder()
    let other = try DatabaseQueue(path: folder.file("b.sqlite").path)
    try other.write { db in try db.execute(sql: "CREATE TABLE cats (name TEXT)") }
    try other.close()
    #expect(throws: DashboardError.self) { try DashboardStore(folder.file("b.sqlite"), identity: nil) }
    let file = try file(folder)
    let newer = try DatabaseQueue(path: file.path)
    try newer.write { db in
      try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99: from the future')")
    }
    try newer.close()
    let error = #expect(throws: DashboardError.self) { try DashboardStore(file, identity: nil) }
    #expect(error?.description.contains("newer version") == true)
  }

  @Test("A store that is cut short or changed anywhere is refused or read, and never crashes")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: file(folder))
    var random = SplitMix64(seed: 4)
    var refused = 0
    for round in 0..<80 {
      var bytes = whole
      if round < 20 {
        bytes = bytes.prefix(whole.count * round / 20)
      } else {
        for _ in 0..<Int.random(in: 1..<40, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
      }
      let file = folder.file("damaged-\(round).sqlite")
      try bytes.write(to: file)
      do {
        let store = try DashboardStore(file, identity: nil)
        _ = try store.all()
        _ = try store.features(FeatureQuery())
        _ = try store.search("word3")
        try store.label([
          (FeatureName(layer: 0, index: 0), FeatureLabel(text: "x", origin: .person, evidence: "", time: 0))
        ])
      } catch let error as DashboardError {
        refused += 1
        #expect(error.description.faultAsSentence == nil, "\(error)")
      }
    }
    #expect(refused > 20)
  }

  @Test("Contents of a feature that were not written by this program are refused")
  func contents() throws {
    let folder = try TemporaryFolder()
    let file = try file(folder)
    var random = SplitMix64(seed: 8)
    let queue = try DatabaseQueue(path: file.path)
    let whole = try queue.read { db in
      try Data.fetchOne(
        db, sql: "SELECT content FROM dashboard WHERE length(content) > 1000 ORDER BY id LIMIT 1") ?? Data()
    }
    for round in 0..<300 {
      var bytes = whole.prefix(round < 100 ? whole.count * round / 100 : whole.count)
      if round >= 100 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try queue.write { db in
        try db.execute(
          sql:
            "UPDATE dashboard SET content = ? WHERE id = (SELECT id FROM feature WHERE active > 0 ORDER BY id LIMIT 1)",
          arguments: [Data(bytes)])
      }
      let store = try DashboardStore(file, identity: nil)
      do {
        _ = try store.all()
        _ = try store.features(FeatureQuery(), examples: 3)
      } catch is DashboardError {
      }
    }
  }
}

extension String {
  /// What is wrong with an error's text; nil for one sentence.
  fileprivate var faultAsSentence: String? {
    hasSuffix(".") && !contains("\n") && count > 20 ? nil : "‘\(self)’"
  }
}
