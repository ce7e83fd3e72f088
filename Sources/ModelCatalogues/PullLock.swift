import Foundation

/// Keeps two pulls of the same model on one machine from writing at once.
///
/// The lock is advisory and tied to the open file (`flock`), so it ends with the process that holds it, however
/// that ends. The file itself stays: deleting it would let a third pull lock a new file of the same name.
struct PullLock: Sendable {
  private let file: FileHandle

  /// Waits until no other pull holds the lock.
  ///
  /// - Parameters:
  ///   - url: The lock file, created when missing.
  ///   - waiting: Called once when another pull holds the lock.
  /// - Throws: `cancelled`; `fileSystem`.
  init(at url: URL, waiting: () -> Void) async throws(PullError) {
    do {
      if !FileManager.default.fileExists(atPath: url.path) {
        try Data().write(to: url, options: .withoutOverwriting)
      }
    } catch {
      guard FileManager.default.fileExists(atPath: url.path) else { throw .fileSystem(error, at: url) }
    }
    do {
      file = try FileHandle(forUpdating: url)
      var said = false
      while flock(file.fileDescriptor, LOCK_EX | LOCK_NB) != 0 {
        guard errno == EWOULDBLOCK || errno == EINTR else {
          throw CocoaError(.fileLocking)
        }
        if !said { waiting() }
        said = true
        try await Task.sleep(for: .milliseconds(100))
      }
    } catch is CancellationError {
      throw .cancelled
    } catch {
      throw .fileSystem(error, at: url)
    }
  }

  /// Lets the next pull go on.
  func release() {
    try? file.close()
  }
}
