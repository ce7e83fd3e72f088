import CZlib
import LinearAlgebra

/// Unpacks what a zip archive packed with the deflate method (RFC 1951).
enum Inflation {
  /// No deflate stream stands for more bytes than this for each of its own (zlib's technical notes).
  static let mostBytesPerByte = 1032

  /// Returns the first `count` bytes that `packed` stands for, or nil when it is damaged or shorter.
  ///
  /// - Parameters:
  ///   - count: At most ``mostBytesPerByte`` for each packed byte, so that a few bytes cannot claim all memory.
  ///   - wholly: Whether the stream must end there.
  static func unpack(_ packed: StoredBytes, count: Int, wholly: Bool) -> [UInt8]? {
    precondition(count >= 0 && count / mostBytesPerByte <= packed.count, "\(count) bytes of \(packed.count)")
    var stream = unsafe z_stream()
    guard
      unsafe inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { _ = unsafe inflateEnd(&stream) }
    var ended = false
    let bytes = unsafe packed.withUnsafeBytes { source in
      unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
        (initialized, ended) = unsafe run(&stream, from: source, to: target)
      }
    }
    return bytes.count == count && (ended || !wholly) ? bytes : nil
  }

  /// Unpacks until the target is full or the stream ends or fails; returns the bytes written and whether it ended.
  private static func run(
    _ stream: inout z_stream, from source: UnsafeRawBufferPointer,
    to target: UnsafeMutableBufferPointer<UInt8>
  ) -> (written: Int, ended: Bool) {
    let piece = 1 << 30
    var (read, written) = (0, 0)
    while true {
      let (input, room) = (min(piece, source.count - read), min(piece, target.count - written))
      unsafe stream.next_in = UnsafeMutablePointer(
        mutating: source.bindMemory(to: UInt8.self).baseAddress.map { unsafe $0 + read })
      unsafe stream.avail_in = UInt32(input)
      // A stream that stands for nothing more still has an end to be read: zlib wants a place to write even then.
      var spare: UInt8 = 0
      let status = unsafe withUnsafeMutablePointer(to: &spare) { spare in
        unsafe stream.next_out = target.baseAddress.flatMap { unsafe room > 0 ? $0 + written : nil } ?? spare
        unsafe stream.avail_out = UInt32(max(room, 1))
        return unsafe inflate(&stream, Z_NO_FLUSH)
      }
      let made = unsafe max(room, 1) - Int(stream.avail_out)
      unsafe read += input - Int(stream.avail_in)
      if made > room { return (written, false) }
      written += made
      if status == Z_STREAM_END { return (written, true) }
      guard status == Z_OK, unsafe made > 0 || Int(stream.avail_in) < input else { return (written, false) }
    }
  }

  /// The CRC-32 of bytes, as zip archives note it.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { unsafe UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
