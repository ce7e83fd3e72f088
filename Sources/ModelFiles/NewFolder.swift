import Foundation

/// A folder that appears when it is complete.
package enum NewFolder {
  /// Makes a folder.
  ///
  /// 1. It is made beside its place under a temporary name.
  /// 2. `fill` writes what belongs into it.
  /// 3. It is renamed to its place, or removed when something went wrong.
  ///
  /// - Throws: `ModelFileError.unwritable` when `folder` exists or the system refuses; what `fill` throws of its own.
  package static func make(_ folder: String, _ fill: (_ path: String) throws -> Void) throws {
    guard !FileManager.default.fileExists(atPath: folder) else {
      throw ModelFileError.unwritable(path: folder, reason: "it exists already; give another name")
    }
    let place = URL(filePath: folder).standardizedFileURL
    let partial = place.deletingLastPathComponent()
      .appending(path: ".\(place.lastPathComponent).\(UInt64.random(in: 0...UInt64.max)).partial")
    do {
      try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: false)
    } catch {
      throw ModelFileError.unwritable(
        path: folder, reason: "its folder does not exist or is not yours to write in; choose another place")
    }
    do {
      try fill(partial.path)
      try FileManager.default.moveItem(at: partial, to: place)
    } catch {
      try? FileManager.default.removeItem(at: partial)
      guard error is CocoaError else { throw error }
      throw ModelFileError.unwritable(
        path: folder,
        reason: "the system says \(quoted(error.localizedDescription)); check the folder and its disk")
    }
  }
}
