import Foundation
import GraphFiles
import Synchronization

extension GraphDirectory {
  /// A graph that was deleted.
  struct TrashedGraph: Encodable {
    var id: String
    var slug: String
    var prompt: String
    /// Milliseconds since 1970.
    var deleted: Int64
  }

  /// How many days deleted graphs stay.
  static let daysInTrash = 30
  /// What Foundation calls a file that is not yet whole.
  private static let tornPrefix = ".dat.nosync"

  private var trash: URL { url.appendingPathComponent(".trash", isDirectory: true) }

  /// Moves a graph and what lies beside it to the trash; returns the name that it has there.
  func delete(_ slug: String) throws(APIError) -> String {
    _ = try file(slug)
    let id = "\(slug)~\(Int64(Date().timeIntervalSince1970 * 1000))"
    try change("deleted") {
      try FileManager.default.createDirectory(at: trash, withIntermediateDirectories: true)
      let place = url.appendingPathComponent(slug + ".json")
      // The raw graph follows: if that comes to nothing, it still lies where restoring puts the graph.
      try FileManager.default.moveItem(at: place, to: trash.appendingPathComponent(id + ".json"))
      let beside = CondensedGraphFile.place(beside: place)
      try? FileManager.default.moveItem(at: beside, to: trash.appendingPathComponent(id + ".safetensors"))
      try? GraphIndex.update(in: url) { $0.remove(slug: slug) }
    }
    return id
  }

  /// What lies in the trash, the latest first.
  func trashed() -> [TrashedGraph] {
    trashFiles().map { id, file in
      let metadata = try? GraphFileParts(contentsOf: file.url).metadata()
      let (slug, deleted) = GraphDirectory.parts(of: id)
      return TrashedGraph(id: id, slug: slug, prompt: metadata?.prompt ?? "", deleted: deleted)
    }.sorted { ($1.deleted, $0.id) < ($0.deleted, $1.id) }
  }

  /// Puts a graph back; returns its name.
  func restore(_ id: String) throws(APIError) -> String {
    guard trashFiles()[id] != nil else {
      throw APIError(
        .noSuchTrash, "There is no such graph in the trash: list them with GET \(APIRoutes.prefix)/trash.")
    }
    let (slug, _) = GraphDirectory.parts(of: id)
    guard files()[slug] == nil else {
      throw APIError(.nameTaken, "There is a graph called '\(slug)' again: delete or rename it first.")
    }
    try change("restored") {
      let target = url.appendingPathComponent(slug + ".json")
      let beside = trash.appendingPathComponent(id + ".safetensors")
      if FileManager.default.fileExists(atPath: beside.path) {
        let place = CondensedGraphFile.place(beside: target)
        try? FileManager.default.removeItem(at: place)
        try FileManager.default.moveItem(at: beside, to: place)
      }
      try FileManager.default.moveItem(at: trash.appendingPathComponent(id + ".json"), to: target)
      if let metadata = try? GraphFileParts(contentsOf: target).metadata() {
        try? GraphIndex.update(in: url) { $0.add(metadata) }
      }
    }
    return slug
  }

  /// Removes for good what has been in the trash for long.
  func emptyTrash(now: Date = Date()) {
    let oldest = Int64((now.timeIntervalSince1970 - Double(GraphDirectory.daysInTrash) * 86_400) * 1000)
    for id in trashFiles().keys where GraphDirectory.parts(of: id).deleted < oldest {
      for end in [".json", ".safetensors"] {
        try? FileManager.default.removeItem(at: trash.appendingPathComponent(id + end))
      }
    }
  }

  /// Removes what writers left that were killed while they wrote: hidden files that nobody has changed for an hour.
  func removeTornWrites(now: Date = Date()) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names where name.hasPrefix(GraphDirectory.tornPrefix) {
      let torn = url.appendingPathComponent(name)
      let isOld = GraphDirectory.file(at: torn).map { $0.modified < now.addingTimeInterval(-3600) }
      if isOld == true { try? FileManager.default.removeItem(at: torn) }
    }
  }

  private func trashFiles() -> [String: File] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: trash.path)) ?? []
    var files: [String: File] = [:]
    for name in names where name.hasSuffix(".json") && !name.hasPrefix(".") {
      files[String(name.dropLast(5))] = GraphDirectory.file(at: trash.appendingPathComponent(name))
    }
    return files
  }

  /// The name and the time in the name of a deleted graph.
  private static func parts(of id: String) -> (slug: String, deleted: Int64) {
    guard let mark = id.lastIndex(of: "~"), let time = Int64(id[id.index(after: mark)...]) else {
      return (id, 0)
    }
    return (String(id[..<mark]), time)
  }

  /// Changes files, one caller at a time.
  func change(_ done: String, _ body: () throws -> Void) throws(APIError) {
    do {
      try changing.withLock { _ in try body() }
    } catch let error as APIError {
      throw error
    } catch let error as GraphFileError {
      throw APIError(.failed, error.description)
    } catch {
      throw APIError(
        .failed, "The graph could not be \(done): check the permissions of \(url.path) and the free space.")
    }
  }
}
