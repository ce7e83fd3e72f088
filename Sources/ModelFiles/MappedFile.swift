public import Foundation
public import LinearAlgebra

/// A regular file mapped read-only into memory, and unmapped when the last bytes taken from it are gone.
///
/// The pages are read when they are first used, and shared with every process that maps the same file.
/// The file must not be shortened while it is mapped.
@safe public final class MappedFile: ReloadableMemory, @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let count: Int

  private init(base: UnsafeMutableRawPointer, count: Int) {
    unsafe self.base = unsafe base
    self.count = count
  }

  deinit { unsafe munmap(base, count) }

  /// Drops the whole pages of `count` bytes from this process's memory; the file's contents are mapped again when used.
  public func release(_ start: UnsafeRawPointer, count: Int) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let offset = unsafe start - UnsafeRawPointer(base)
    let first = (offset + page - 1) / page * page
    let length = (offset + count) / page * page - first
    guard page > 0, length > 0 else { return }
    unsafe madvise(base + first, length, MADV_DONTNEED)
  }

  /// Returns the bytes of the file at `path`, in place.
  ///
  /// Throws when the file is missing, empty, unreadable, or anything but a regular file.
  public static func map(_ path: String) throws(ModelFileError) -> StoredBytes {
    let descriptor = try open(path)
    defer { close(descriptor) }
    let count = try regularFileSize(descriptor, path: path)
    guard let base = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe base != MAP_FAILED
    else { throw .unreadable(path: path, reason: SystemReason.reading(errno)) }
    let owner = unsafe MappedFile(base: base, count: count)
    return unsafe StoredBytes(base: UnsafeRawPointer(base), count: count, owner: owner)
  }

  /// Returns a copy of the bytes of a small file, with the same refusals as ``map(_:)``.
  ///
  /// - Parameter limit: The most bytes that such a file may have.
  public static func contents(_ path: String, atMost limit: Int = 1 << 28) throws(ModelFileError) -> Data {
    let bytes = try map(path)
    guard bytes.count <= limit else {
      throw .malformed(path: path, problem: "it is longer than \(limit) bytes")
    }
    return unsafe bytes.withUnsafeBytes { unsafe Data($0) }
  }

  /// Opens `path` without waiting for the other end when it is a pipe.
  private static func open(_ path: String) throws(ModelFileError) -> Int32 {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .unreadable(path: path, reason: "this is not the name of a file; check the path")
    }
    let descriptor = unsafe Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: SystemReason.reading(errno)) }
    return descriptor
  }

  private static func regularFileSize(_ descriptor: Int32, path: String) throws(ModelFileError) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: SystemReason.reading(errno))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .unreadable(path: path, reason: "it is a folder; give the path of a file in it")
    default: throw .unreadable(path: path, reason: "it is a pipe or a device; save its contents to a file")
    }
    guard status.st_size > 0 else {
      throw .unreadable(path: path, reason: "it is empty; download or export it again")
    }
    return Int(status.st_size)
  }
}
