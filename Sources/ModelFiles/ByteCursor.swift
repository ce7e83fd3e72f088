/// A place that moves forward through the bytes of one file and never leaves them.
///
/// It must not outlive the call that lends it the bytes.
@safe struct ByteCursor {
  /// The path of the file, for messages.
  let file: String
  private let bytes: UnsafeRawBufferPointer
  /// Bytes before the place.
  private(set) var offset = 0
  /// Bytes of the file.
  private let size: Int

  @unsafe init(_ bytes: UnsafeRawBufferPointer, file: String) {
    unsafe self.bytes = bytes
    self.file = file
    size = bytes.count
  }

  /// Bytes after the place.
  var remaining: Int { size - offset }

  /// The next byte, nil at the end.
  var next: UInt8? { offset < size ? unsafe bytes[offset] : nil }

  /// Moves past `count` bytes, which must be left; `what` names them when they are not.
  mutating func skip(_ count: Int, of what: String) throws(ModelFileError) {
    guard count >= 0, count <= remaining else { throw truncated(what) }
    offset += count
  }

  /// Moves past the next byte, if there is one.
  mutating func skipOne() { offset = min(offset + 1, size) }

  /// Reads a little-endian integer.
  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, of what: String
  ) throws(ModelFileError) -> T {
    let start = offset
    try skip(MemoryLayout<T>.size, of: what)
    return T(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: T.self))
  }

  /// Reads `count` bytes of UTF-8.
  mutating func text(_ count: Int, of what: String) throws(ModelFileError) -> String {
    let start = offset
    try skip(count, of: what)
    let slice = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    guard let text = unsafe String(validating: slice, as: UTF8.self) else {
      throw malformed("\(what) at byte \(start) is not UTF-8")
    }
    return text
  }

  /// Reads a 64-bit number of things of at least `size` bytes each, as many as the file can still hold at
  /// most.
  mutating func count(of what: String, size: Int) throws(ModelFileError) -> Int {
    let count = try integer(UInt64.self, of: what)
    guard count <= UInt64(remaining / size) else {
      throw malformed("it claims \(count) of \(what), more than its \(size) bytes can hold")
    }
    return Int(count)
  }

  /// Returns the error that the file breaks its format's rules.
  func malformed(_ problem: String) -> ModelFileError { .malformed(path: file, problem: problem) }

  private func truncated(_ what: String) -> ModelFileError {
    malformed("it ends at byte \(size), inside \(what)")
  }
}
