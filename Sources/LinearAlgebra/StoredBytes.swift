/// An owner of bytes that the system can read again from where they came.
public protocol ReloadableMemory: AnyObject {
  /// Gives back the memory of `count` of its bytes; they keep their value and are read again when used.
  func release(_ start: UnsafeRawPointer, count: Int)
}

/// Read-only bytes that stay where they are (a memory map, an array) and are kept alive by their owner.
public struct StoredBytes: @unchecked Sendable {
  /// The number of bytes.
  public let count: Int
  let base: UnsafeRawPointer
  private let owner: AnyObject

  /// Wraps `count` bytes at `base`, which must stay valid and unchanged as long as `owner` lives.
  public init(base: UnsafeRawPointer, count: Int, owner: AnyObject) {
    self.base = base
    self.count = count
    self.owner = owner
  }

  /// Copies `bytes` into memory of its own.
  public init(copying bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { StoredBytes(copying: $0) }
  }

  /// Copies `bytes` into memory of its own.
  init(copying bytes: UnsafeRawBufferPointer) {
    let allocation = Allocation(byteCount: bytes.count)
    allocation.pointer.copyMemory(from: bytes)
    self.init(base: UnsafeRawPointer(allocation.base), count: bytes.count, owner: allocation)
  }

  /// Returns the bytes of `range`, sharing the owner.
  public subscript(range: Range<Int>) -> StoredBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes \(range) of \(count)")
    return StoredBytes(base: base + range.lowerBound, count: range.count, owner: owner)
  }

  /// Gives the memory of these bytes back where the system can fill it again from a file when they are next used.
  ///
  /// For large weights that will not be needed for a while: what is mapped counts as the process's memory.
  public func releasePages() { (owner as? any ReloadableMemory)?.release(base, count: count) }

  /// Calls `body` with the bytes; the buffer must not leave the call.
  public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  private final class Allocation {
    let base: UnsafeMutableRawPointer
    let pointer: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
      pointer = .allocate(byteCount: max(byteCount, 1), alignment: 64)
      base = pointer.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped
    }

    deinit { pointer.deallocate() }
  }
}
