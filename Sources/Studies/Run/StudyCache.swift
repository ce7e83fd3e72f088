public import Foundation

#if canImport(CryptoKit)
  import CryptoKit
#else
  import Crypto
#endif

/// What was computed already: a file for each piece, in a folder that a digest of everything it depends on names.
public struct StudyCache: Sendable {
  /// The folder; nil keeps nothing.
  public let folder: URL?

  /// Keeps nothing.
  public static let none = StudyCache(folder: nil)

  init(folder: URL?) { self.folder = folder }

  /// The cache of a run.
  ///
  /// - Parameters:
  ///   - root: The folder of all studies' caches.
  ///   - contents: All that results depend on.
  init(root: URL, name: String, contents: [String]) {
    var hasher = SHA256()
    for text in contents { hasher.update(data: Data("\(text.utf8.count) \(text)\n".utf8)) }
    let digits = hasher.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    folder = root.appending(path: "\(name)-\(digits.prefix(20))")
  }

  /// What is kept under a key; nil for nothing, or for what cannot be read.
  func value<Value: Decodable>(_ key: String, as type: Value.Type) -> Value? {
    guard let folder, let data = try? Data(contentsOf: folder.appending(path: key + ".json")) else {
      return nil
    }
    return try? JSONDecoder().decode(type, from: data)
  }

  /// Keeps a value: a file that is written beside and renamed.
  func keep(_ value: some Encodable, _ key: String) throws {
    guard let folder else { return }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      try encoder.encode(value).write(to: folder.appending(path: key + ".json"), options: .atomic)
    } catch {
      throw StudyError("Cannot keep results in \(folder.path): check the disk and that you may write there.")
    }
  }

  /// What is kept under a key, else what is computed now.
  func value<Value: Codable>(_ key: String, _ compute: () throws -> Value) throws -> Value {
    if let kept = value(key, as: Value.self) { return kept }
    let computed = try compute()
    try keep(computed, key)
    return computed
  }
}
