import CZlib

/// Bytes that are compressed with zlib.
public enum CompressedBytes {
  /// What stands around the compressed data.
  public enum Container: Sendable {
    /// zlib's own short header and checksum.
    case zlib
    /// A gzip file.
    case gzip

    /// What zlib calls it.
    fileprivate var windowBits: Int32 {
      switch self {
      case .zlib: MAX_WBITS
      case .gzip: MAX_WBITS + 16
      }
    }
  }

  /// Compresses bytes.
  ///
  /// - Parameter effort: From 1, the fastest, to 9, the smallest.
  public static func pack(_ bytes: [UInt8], as container: Container = .zlib, effort: Int = 9) -> [UInt8] {
    precondition((1...9).contains(effort), "an effort of \(effort)")
    var stream = unsafe z_stream()
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    let status = unsafe deflateInit2_(
      &stream, Int32(effort), Z_DEFLATED, container.windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size
    )
    precondition(status == Z_OK, "zlib has no memory for compressing")
    defer { _ = unsafe deflateEnd(&stream) }
    var packed: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    // zlib counts what it is given in 32 bits.
    for start in stride(from: 0, through: bytes.count, by: 1 << 30) {
      let part = bytes[start..<min(bytes.count, start + 1 << 30)]
      let flush = part.endIndex == bytes.count ? Z_FINISH : Z_NO_FLUSH
      unsafe part.withUnsafeBytes { source in
        unsafe stream.next_in = UnsafeMutablePointer(
          mutating: source.bindMemory(to: UInt8.self).baseAddress)
        unsafe stream.avail_in = UInt32(source.count)
        var made = 0
        repeat {
          made = unsafe piece.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            _ = unsafe deflate(&stream, flush)
            return unsafe target.count - Int(stream.avail_out)
          }
          packed.append(contentsOf: piece[..<made])
        } while made == piece.count
      }
    }
    return packed
  }

  /// Unpacks what ``pack(_:as:)`` or another program compressed, in either container; nil for anything else, for what is
  /// damaged, and for more than `limit` bytes.
  public static func unpack(_ packed: some Collection<UInt8>, atMost limit: Int) -> [UInt8]? {
    let packed = Array(packed)
    guard packed.count < 1 << 31 else { return nil }
    var stream = unsafe z_stream()
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&stream, MAX_WBITS + 32, ZLIB_VERSION, size) == Z_OK else { return nil }
    defer { _ = unsafe inflateEnd(&stream) }
    return unsafe packed.withUnsafeBytes { source in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
      unsafe stream.avail_in = UInt32(source.count)
      return unsafe inflated(&stream, atMost: limit)
    }
  }

  private static func inflated(_ stream: inout z_stream, atMost limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let (status, made) = unsafe piece.withUnsafeMutableBufferPointer { target in
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        let status = unsafe inflate(&stream, Z_NO_FLUSH)
        return unsafe (status, target.count - Int(stream.avail_out))
      }
      guard bytes.count + made <= limit else { return nil }
      bytes.append(contentsOf: piece[..<made])
      let left = unsafe stream.avail_in
      if status == Z_STREAM_END { return left == 0 ? bytes : nil }
      guard status == Z_OK, made > 0 || left > 0 else { return nil }
    }
  }
}
