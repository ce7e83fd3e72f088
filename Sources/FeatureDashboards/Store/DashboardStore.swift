public import Foundation
import GRDB
import Synchronization

/// The dashboards and labels of the features of one transcoder set, in one SQLite file.
///
/// Many may read while one writes, from other processes too; what was written survives the end of the process at any
/// moment. Calls block, and may come from any thread.
public final class DashboardStore: Sendable {
  /// The file.
  public let file: URL
  /// What the dashboards were made from.
  public let info: DashboardInfo
  private let spellings: Mutex<TokenTexts>
  private let pool: DatabasePool

  /// Opens the store of some features.
  ///
  /// - Parameter identity: The ``BasisIdentity`` of the features, so that a store is never shown for others; nil opens any.
  public init(_ file: URL, identity: String?) throws(DashboardError) {
    guard FileManager.default.fileExists(atPath: file.path) else { throw .missing(path: file.path) }
    let texts: TokenTexts
    (pool, info, texts) = try DashboardStore.open(file)
    spellings = Mutex(texts)
    self.file = file
    guard identity == nil || identity == info.identity else {
      throw .otherFeatures(path: file.path, basis: info.basis)
    }
  }

  /// Makes an empty store in a file that does not exist yet.
  ///
  /// - Parameter texts: The text of each token id.
  public init(creating file: URL, info: DashboardInfo, texts: [String]) throws(DashboardError) {
    self.file = file
    self.info = info
    spellings = Mutex(TokenTexts(texts))
    guard !FileManager.default.fileExists(atPath: file.path) else {
      throw .exists(path: file.path, advice: "remove it first")
    }
    pool = try DashboardStore.guarding(file) {
      let pool = try DatabasePool(path: file.path, configuration: DashboardStore.configuration)
      try DashboardSchema.migrator.migrate(pool)
      try pool.write { db in try DashboardSchema.describe(info, texts, in: db) }
      return pool
    }
  }

  private static func open(
    _ file: URL
  ) throws(DashboardError) -> (DatabasePool, DashboardInfo, TokenTexts) {
    try guarding(file) {
      let pool = try DatabasePool(path: file.path, configuration: configuration)
      guard try pool.read(DashboardSchema.migrator.hasBeenSuperseded) == false else {
        throw DashboardError.inaccessible(
          path: file.path, reason: "a newer version of this program made it; use that version")
      }
      guard try pool.read({ db in try db.tableExists("meta") }) else {
        throw DashboardError.damaged(path: file.path, problem: "it is no store of dashboards")
      }
      if try pool.read(DashboardSchema.migrator.hasCompletedMigrations) == false {
        try DashboardSchema.migrator.migrate(pool)
      }
      let (info, texts) = try pool.read { db in (try DashboardSchema.info(db), try DashboardSchema.texts(db))
      }
      guard let info else {
        throw DashboardError.damaged(path: file.path, problem: "it does not say what it was made from")
      }
      return (pool, info, TokenTexts(texts))
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(20)
    configuration.maximumReaderCount = 8
    return configuration
  }

  /// The texts of tokens.
  public internal(set) var texts: TokenTexts {
    get { spellings.withLock { $0 } }
    set { spellings.withLock { $0 = newValue } }
  }

  /// Reads; nobody's writing is waited for.
  func read<Value>(_ body: (Database) throws -> Value) throws(DashboardError) -> Value {
    try DashboardStore.guarding(file) { try pool.read(body) }
  }

  /// Writes all or nothing.
  func write<Value>(_ body: (Database) throws -> Value) throws(DashboardError) -> Value {
    try DashboardStore.guarding(file) { try pool.write(body) }
  }

  /// Writes all or nothing; what `body` throws of its own is passed on.
  func transaction<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try pool.write(body)
    } catch let error where error is DatabaseError || error is ByteReader.Malformed {
      return try DashboardStore.guarding(file) { throw error }
    }
  }

  /// Ends all access; what was written is in the one file then.
  public func close() throws(DashboardError) {
    try DashboardStore.guarding(file) {
      try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
      try pool.close()
    }
  }

  /// Tells what went wrong in a sentence.
  private static func guarding<Value>(
    _ file: URL, _ body: () throws -> Value
  ) throws(DashboardError) -> Value {
    do {
      return try body()
    } catch let error as DashboardError {
      throw error
    } catch let error as DatabaseError {
      throw problem(error, file)
    } catch {
      throw .damaged(path: file.path, problem: "it holds something that cannot be read")
    }
  }

  private static func problem(_ error: DatabaseError, _ file: URL) -> DashboardError {
    let text = error.message ?? "error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
      return .inaccessible(path: file.path, reason: "you may not open or write it (\(text))")
    case .SQLITE_FULL, .SQLITE_IOERR:
      return .inaccessible(path: file.path, reason: "its disk is full or fails (\(text))")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return .inaccessible(path: file.path, reason: "another process has been writing it for long; try again")
    default: return .damaged(path: file.path, problem: "SQLite says ‘\(text)’")
    }
  }
}
