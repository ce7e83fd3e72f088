import Foundation

/// A file that is written beside its target and takes the target's place when it is complete; it vanishes
/// when it is given up before.
package struct TemporaryFile: ~Copyable {
  private let target: String
  private let path: String
  private let descriptor: Int32
  private var isInPlace = false

  private init(target: String, path: String, descriptor: Int32) {
    self.target = target
    self.path = path
    self.descriptor = descriptor
  }

  /// Creates an empty file in the folder of `target`.
  package static func create(beside target: String) throws(ModelFileError) -> TemporaryFile {
    guard !target.isEmpty, !target.utf8.contains(0), !target.hasSuffix("/") else {
      throw .unwritable(path: target, reason: "this is not the name of a file; check the path")
    }
    var status = stat()
    if unsafe stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw .unwritable(path: target, reason: "it is no regular file; give another name")
    }
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
    let path = folder + ".\(UInt64.random(in: 0...UInt64.max)).partial"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(target) }
    return TemporaryFile(target: target, path: path, descriptor: descriptor)
  }

  deinit {
    close(descriptor)
    if !isInPlace { unsafe unlink(path) }
  }

  /// Writes `bytes` at `offset`.
  package func write(_ bytes: [UInt8], at offset: Int) throws(ModelFileError) {
    var done = 0
    while done < bytes.count {
      let written = unsafe bytes[done...].withUnsafeBytes { part in
        unsafe pwrite(descriptor, part.baseAddress, part.count, off_t(offset + done))
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Self.failure(target) }
      done += written
    }
  }

  /// Makes the bytes durable and puts the file in its target's place.
  package consuming func finish() throws(ModelFileError) {
    guard fsync(descriptor) == 0, unsafe rename(path, target) == 0 else { throw Self.failure(target) }
    isInPlace = true
  }

  private static func failure(_ target: String) -> ModelFileError {
    .unwritable(path: target, reason: SystemReason.writing(errno))
  }
}
