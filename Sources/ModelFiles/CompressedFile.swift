import CZlib
import Foundation

/// Reads a file that may be compressed with gzip.
public enum CompressedFile {
  /// Returns the bytes of a file, decompressed when it is gzip, and at most `limit` of them.
  ///
  /// Throws when the file cannot be read, is a damaged gzip file, or holds more than `limit` bytes.
  public static func contents(_ path: String, atMost limit: Int) throws(ModelFileError) -> [UInt8] {
    // Refuses folders, pipes and devices; an empty file is no text either.
    _ = try MappedFile.map(path)
    guard let file = unsafe gzopen(path, "rb") else {
      throw .unreadable(path: path, reason: SystemReason.reading(errno))
    }
    defer { _ = unsafe gzclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe gzread(file, $0.baseAddress, UInt32($0.count))
      }
      guard count >= 0 else { throw .malformed(path: path, problem: "its gzip data is damaged") }
      guard count > 0 else { break }
      guard bytes.count + Int(count) <= limit else {
        throw .malformed(path: path, problem: "it is longer than \(limit) bytes")
      }
      bytes.append(contentsOf: piece[..<Int(count)])
    }
    var code: Int32 = 0
    _ = unsafe gzerror(file, &code)
    guard code == Z_OK || code == Z_STREAM_END else {
      throw .malformed(path: path, problem: "its gzip data ends too early")
    }
    return bytes
  }
}
