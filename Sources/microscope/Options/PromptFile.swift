import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads a prompt from a file, or from what another program writes into a pipe.
enum PromptFile {
  /// More than any model reads.
  private static let mostBytes = 1 << 26
  /// How long a pipe may stay silent.
  private static let patience: Int32 = 10_000

  /// Returns the bytes of the file at `path`.
  static func bytes(_ path: String) throws(CommandError) -> Data {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: descriptor >= 0)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      throw CommandError(
        "Cannot read the prompt file \(path): check that it exists and that you may read it.")
    }
    let isPipe = status.st_mode & S_IFMT == S_IFIFO
    _ = fcntl(descriptor, F_SETFL, 0)
    var data = Data()
    while data.count <= mostBytes {
      if isPipe, !isReady(descriptor) {
        throw CommandError("Nothing arrives from the pipe \(path): check the program that writes to it.")
      }
      let part: Data?
      do {
        part = try file.read(upToCount: 1 << 20)
      } catch {
        throw CommandError("Cannot read the prompt file \(path): check that it is a file of text.")
      }
      guard let part, !part.isEmpty else { return data }
      data += part
    }
    throw CommandError("The prompt file \(path) is longer than any model reads: shorten it.")
  }

  /// Waits until a pipe has something to read, or has ended.
  private static func isReady(_ descriptor: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&request, 1, patience) > 0
  }
}
