import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a result will go, looked at before the work starts so that the work is not lost.
enum OutputPlace {
  /// Refuses a file that could not be written.
  static func check(file path: String, option: String) throws(CommandError) {
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw CommandError("\(option) takes the name of a file, not '\(path)'.")
    }
    let kind = kind(of: path)
    guard kind == nil || kind == .typeRegular else {
      throw CommandError(
        "Cannot write \(path): it is \(kind == .typeDirectory ? "a folder" : "no regular file"); give the name of a file."
      )
    }
    let folder = URL(filePath: path).deletingLastPathComponent().path
    guard self.kind(of: folder) == .typeDirectory else {
      throw CommandError("Cannot write \(path): there is no folder \(folder); make it first.")
    }
    try checkPermission(folder, for: path)
  }

  /// Refuses a folder in which nothing could be written; one that does not exist must be possible to make.
  static func check(folder: String, option: String) throws(CommandError) {
    guard !folder.isEmpty else { throw CommandError("\(option) takes the name of a folder, not ''.") }
    var place = URL(filePath: folder).standardizedFileURL
    while kind(of: place.path) == nil, place.path != "/" { place.deleteLastPathComponent() }
    guard kind(of: place.path) == .typeDirectory else {
      throw CommandError(
        "Cannot write into \(folder): \(place.path) is no folder; choose another place with \(option).")
    }
    try checkPermission(place.path, for: folder)
  }

  private static func checkPermission(_ folder: String, for path: String) throws(CommandError) {
    guard unsafe access(folder, W_OK | X_OK) == 0 else {
      throw CommandError("Cannot write \(path): you may not write in \(folder); choose another place.")
    }
  }

  /// The bytes of a file that was written.
  static func size(ofFile path: String) -> Int {
    ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// What is at a path, links followed; nil for nothing.
  private static func kind(of path: String) -> FileAttributeType? {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType
  }
}
