public import Foundation

#if canImport(CryptoKit)
  import CryptoKit
#else
  import Crypto
#endif

/// What a file's content must hash to.
enum ContentDigest: Sendable, Hashable {
  /// The SHA-256 of the content, 64 lower-case hexadecimal digits.
  case sha256(String)
  /// The git object id of the content: the SHA-1 of `blob <length>\0` and the content, 40 digits.
  case gitBlob(String)

  /// The digits.
  var hex: String {
    switch self {
    case .sha256(let hex), .gitBlob(let hex): hex
    }
  }

  /// Reads the file once and compares.
  ///
  /// - Parameters:
  ///   - name: What errors call the file.
  ///   - advanced: Called with the bytes hashed so far.
  /// - Throws: `wrongDigest`, after deleting the file; `cancelled`; `fileSystem`.
  func verify(_ url: URL, name: String, advanced: (Int64) -> Void = { _ in }) throws(PullError) {
    let found = try compute(of: url, advanced: advanced)
    guard found != hex else { return }
    try? FileManager.default.removeItem(at: url)
    throw .wrongDigest(file: name, expected: hex, found: found)
  }

  private func compute(of url: URL, advanced: (Int64) -> Void) throws(PullError) -> String {
    switch self {
    case .sha256:
      return try Self.hash(url, with: SHA256(), advanced: advanced)
    case .gitBlob:
      var hasher = Insecure.SHA1()
      hasher.update(data: Data("blob \(FileSizes.bytes(of: url) ?? 0)\0".utf8))
      return try Self.hash(url, with: hasher, advanced: advanced)
    }
  }

  fileprivate static func hash(
    _ url: URL, with start: some HashFunction, advanced: (Int64) -> Void
  ) throws(PullError) -> String {
    var hasher = start
    var done: Int64 = 0
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
        if Task.isCancelled { throw PullError.cancelled }
        hasher.update(data: chunk)
        done += Int64(chunk.count)
        advanced(done)
      }
    } catch {
      throw .fileSystem(error, at: url)
    }
    let digits = Array("0123456789abcdef")
    return String(hasher.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// The SHA-256 of files.
public enum FileDigest {
  /// The SHA-256 of a file's content, 64 lower-case hexadecimal digits.
  ///
  /// - Throws: `fileSystem` when the file cannot be read.
  public static func sha256(of file: URL) throws(PullError) -> String {
    try ContentDigest.hash(file, with: SHA256()) { _ in }
  }
}
