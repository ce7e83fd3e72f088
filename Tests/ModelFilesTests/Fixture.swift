import Foundation

/// Returns the path of a file in this target's `Fixtures` folder.
func fixture(_ name: String) throws -> String {
  guard let root = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
  return root + "/Fixtures/" + name
}

/// Runs `body` with the path of a new empty folder, which is removed afterwards.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "model-files-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// Writes `bytes` to `path`.
func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}
