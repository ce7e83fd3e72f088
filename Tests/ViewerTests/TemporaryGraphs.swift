import Foundation
import Testing

/// A directory of graph files that lives as long as one test.
struct TemporaryGraphs {
  let url: URL

  /// Runs a body with a directory that holds the given files, and removes it afterwards.
  static func with<Result>(
    _ files: [String: String], body: (URL) async throws -> Result
  ) async throws -> Result {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("viewer-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    for (name, text) in files {
      try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }
    return try await body(url)
  }

  /// The text of the fixture graph.
  static func small() throws -> String {
    let url = try #require(
      Bundle.module.url(forResource: "small", withExtension: "json", subdirectory: "Fixtures"))
    return try String(contentsOf: url, encoding: .utf8)
  }
}
