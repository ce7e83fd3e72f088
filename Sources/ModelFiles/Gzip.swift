import CZlib
public import Foundation

/// Compresses what is sent or stored.
public enum Gzip {
  /// Returns `data` as one gzip member.
  ///
  /// - Parameter level: 1 for the fastest to 9 for the smallest.
  public static func compressed(_ data: Data, level: Int = 5) -> Data? {
    var stream = unsafe z_stream()
    let version = unsafe zlibVersion()
    // 15 bits of window, and 16 more for gzip's frame.
    let opened = unsafe deflateInit2_(
      &stream, Int32(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, version,
      Int32(MemoryLayout<z_stream>.size))
    guard opened == Z_OK, data.count <= Int(UInt32.max) else { return nil }
    defer { _ = unsafe deflateEnd(&stream) }
    let bound = unsafe Int(deflateBound(&stream, UInt(data.count)))
    var input = [UInt8](data)
    let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      let status = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(bound)
        return unsafe deflate(&stream, Z_FINISH)
      }
      count = status == Z_STREAM_END ? unsafe Int(stream.total_out) : 0
    }
    return output.isEmpty ? nil : Data(output)
  }
}
