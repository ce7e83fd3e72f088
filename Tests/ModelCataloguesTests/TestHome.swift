import Foundation
import ModelCatalogues

/// A home in a new temporary folder, for one test.
struct TestHome: Sendable {
  /// The folder that everything of the test is in.
  let folder: URL
  /// The home inside it.
  let home: MicroscopeHome

  /// Runs a test with a home, and deletes it afterwards.
  static func use<T>(_ test: (TestHome) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("microscope-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await test(
      TestHome(folder: folder, home: MicroscopeHome(root: folder.appendingPathComponent("home"))))
  }

  /// The policy that tests use: as patient in tries, but not in pauses.
  static var hasty: TransferPolicy {
    var policy = TransferPolicy()
    policy.firstPause = .milliseconds(1)
    policy.silence = 60
    return policy
  }

  /// A puller that sees only this hub, no Python and no user's files.
  func puller(
    endpoint: String, catalogue: Catalogue = .builtIn, extra: [String: String] = [:],
    policy: TransferPolicy = hasty
  ) -> ModelPuller {
    let environment = ["HF_ENDPOINT": endpoint, "HOME": folder.path].merging(extra) { $1 }
    return ModelPuller(home: home, catalogue: catalogue, environment: environment, policy: policy)
  }

  /// The paths below the models' folder that are files, sorted.
  var modelFiles: [String] { files(below: home.models) }

  /// The paths below a folder that are files, sorted.
  func files(below folder: URL) -> [String] {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return paths.filter { path in
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: folder.appendingPathComponent(path).path)
      return attributes?[.type] as? FileAttributeType == .typeRegular
    }.sorted()
  }

  /// Writes a file into the test's folder, making folders on the way.
  func write(_ data: Data, to path: String) throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }
}

/// The error that a pull ends with, or nil.
func failure(_ work: () async throws -> Void) async -> PullError? {
  do {
    try await work()
    return nil
  } catch {
    return error as? PullError
  }
}

/// Bytes that look random and are always the same.
func noise(_ count: Int) -> Data {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  return Data(
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    })
}
