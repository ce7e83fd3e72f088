import Foundation

/// Lengths of files and room on disks.
enum FileSizes {
  /// The length of a regular file, or nil when there is none.
  static func bytes(of url: URL) -> Int64? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
      attributes[.type] as? FileAttributeType == .typeRegular
    else { return nil }
    return (attributes[.size] as? NSNumber)?.int64Value
  }

  /// The length of the longest file in a folder and its subfolders; 0 when there is none.
  static func longest(in folder: URL) -> Int64 {
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: folder.path) else { return 0 }
    return names.map { bytes(of: folder.appendingPathComponent($0)) ?? 0 }.max() ?? 0
  }

  /// Refuses a transfer for which the disk has no room.
  ///
  /// - Parameter folder: An existing folder on the disk.
  /// - Throws: `diskFull`; nothing when the disk does not say how much room it has.
  static func requireRoom(for bytes: Int64, in folder: URL) throws(PullError) {
    guard let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path),
      let free = (attributes[.systemFreeSize] as? NSNumber)?.int64Value, free < bytes
    else { return }
    throw .diskFull(folder: folder.path, needed: bytes)
  }
}
