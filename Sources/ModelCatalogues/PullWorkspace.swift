import Foundation

/// The folder in which one pull works: `<id>.partial` beside the folder that the model will have.
///
/// What it holds survives an interruption and is gone on from:
/// - `source-<n>/`: files that are whole and verified, as they will stand in the model's folder;
/// - `incoming/`: files that are still arriving;
/// - `scratch/`: what only one step needs; emptied before each.
struct PullWorkspace: Sendable {
  /// The folder that the model will have.
  let destination: URL
  private let root: URL

  /// The workspace of the model that will stand in this folder.
  init(destination: URL) {
    self.destination = destination
    root = destination.deletingLastPathComponent()
      .appendingPathComponent(destination.lastPathComponent + ".partial", isDirectory: true)
  }

  /// The file by which two pulls of the same model keep out of each other's way.
  static func lockFile(for destination: URL) -> URL {
    destination.deletingLastPathComponent().appendingPathComponent(destination.lastPathComponent + ".lock")
  }

  /// The folder for the whole files of one source.
  func finished(source: Int) throws(PullError) -> URL {
    try make(root.appendingPathComponent("source-\(source)", isDirectory: true))
  }

  /// The folder for files that are still arriving.
  func incoming() throws(PullError) -> URL {
    try make(root.appendingPathComponent("incoming", isDirectory: true))
  }

  /// A new empty folder for one step.
  func scratch() throws(PullError) -> URL {
    clearScratch()
    return try make(scratchURL)
  }

  /// Deletes what only one step needed.
  func clearScratch() {
    try? FileManager.default.removeItem(at: scratchURL)
  }

  private var scratchURL: URL { root.appendingPathComponent("scratch", isDirectory: true) }

  /// Moves a file that is whole to its place among the finished ones.
  func finish(_ file: URL, as path: String, source: Int) throws(PullError) {
    let place = try finished(source: source).appendingPathComponent(path)
    _ = try make(place.deletingLastPathComponent())
    do {
      let handle = try FileHandle(forUpdating: file)
      try handle.synchronize()
      try handle.close()
      try? FileManager.default.removeItem(at: place)
      try FileManager.default.moveItem(at: file, to: place)
    } catch {
      throw .fileSystem(error, at: place)
    }
  }

  /// Makes one source's files the model's folder, in one step, and deletes everything else.
  func publish(source: Int) throws(PullError) {
    do {
      try FileManager.default.moveItem(at: try finished(source: source), to: destination)
    } catch {
      throw .fileSystem(error, at: destination)
    }
    try? FileManager.default.removeItem(at: root)
  }

  private func make(_ folder: URL) throws(PullError) -> URL {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .fileSystem(error, at: folder)
    }
    return folder
  }
}
