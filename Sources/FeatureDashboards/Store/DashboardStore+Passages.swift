import Foundation
import GRDB

extension DashboardStore {
  /// The number of passages.
  public func passageCount() throws(DashboardError) -> Int {
    try read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM passage") ?? 0 }
  }

  /// The number that no passage has yet, nor any behind it.
  func nextPassage() throws(DashboardError) -> Int {
    try read { db in try Int.fetchOne(db, sql: "SELECT MAX(id) + 1 FROM passage") ?? 0 }
  }

  /// Returns passages in the order of their numbers.
  public func passages(_ ids: Range<Int>) throws(DashboardError) -> [Passage] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM passage WHERE id >= ? AND id < ? ORDER BY id",
        arguments: [ids.lowerBound, ids.upperBound]
      ).map(DashboardStore.passage)
    }
  }

  /// Adds passages, or replaces them.
  public func write(_ passages: [Passage]) throws(DashboardError) {
    try write { db in try insert(passages, in: db) }
  }

  func insert(_ passages: [Passage], in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO passage (id, tokens, documents) VALUES (?, ?, ?)")
    for passage in passages {
      var tokens = ByteWriter()
      tokens.append(each: passage.tokens) { $0.append($1) }
      var documents = ByteWriter()
      documents.append(runsOf: passage.documents)
      try statement.execute(arguments: [passage.id, Data(tokens.bytes), Data(documents.bytes)])
    }
  }

  static func passages(_ ids: Set<Int>, _ db: Database) throws -> [Int: Passage] {
    let statement = try db.cachedStatement(sql: "SELECT * FROM passage WHERE id = ?")
    return try ids.reduce(into: [:]) { found, id in
      found[id] = try Row.fetchOne(statement, arguments: [id]).map(passage)
    }
  }

  private static func passage(_ row: Row) throws -> Passage {
    var tokens = ByteReader(row["tokens"] as Data)
    var documents = ByteReader(row["documents"] as Data)
    let passage = Passage(
      id: row["id"], tokens: try tokens.each { reader throws(ByteReader.Malformed) in try reader.int() },
      documents: try documents.runs())
    guard passage.documents.count == passage.tokens.count else { throw ByteReader.Malformed() }
    return passage
  }
}

extension ByteWriter {
  /// Appends numbers that repeat: how often, and which.
  mutating func append(runsOf values: [Int]) {
    var runs: [(count: Int, value: Int)] = []
    for value in values {
      if let last = runs.indices.last, runs[last].value == value {
        runs[last].count += 1
      } else {
        runs.append((1, value))
      }
    }
    append(each: runs) { writer, run in
      writer.append(run.count)
      writer.append(signed: run.value)
    }
  }
}

extension ByteReader {
  /// Reads numbers that repeat.
  mutating func runs() throws(Malformed) -> [Int] {
    let runs = try each { reader throws(Malformed) in
      (try reader.int(atMost: 1 << 24), try reader.signedInt())
    }
    return runs.flatMap { Array(repeating: $1, count: $0) }
  }
}
