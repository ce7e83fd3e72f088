import _LinearAlgebraShims

/// How large matrices get their memory from the system, where that is Linux.
///
/// In pages of 4 KiB, each zeroed by the system when it is first touched, it takes a tenth of the time of training.
package enum LargePages {
  /// Asks for large pages under `memory` that nothing was written to yet.
  static func prefer(_ memory: UnsafeMutableBufferPointer<some BitwiseCopyable>) {
    let memory = UnsafeMutableRawBufferPointer(memory)
    la_prefer_large_pages(memory.baseAddress, memory.count)
  }

  /// Keeps what is freed for the next matrix of that size, instead of giving it back: for work that makes and frees the same
  /// large matrices again and again.
  package static func keepFreed() { la_keep_freed() }
}
