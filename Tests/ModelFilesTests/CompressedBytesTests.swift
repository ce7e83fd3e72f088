import Foundation
import LinearAlgebra
import ModelFiles
import Testing

@Suite("Compressed bytes")
struct CompressedBytesTests {
  private static let containers: [CompressedBytes.Container] = [.zlib, .gzip]

  /// Bytes that compress in part.
  private func bytes(_ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: UInt64(count))
    return (0..<count).map { $0 % 3 == 0 ? UInt8.random(in: 0...255, using: &random) : UInt8($0 % 7) }
  }

  @Test("What was packed is unpacked again", arguments: [0, 1, 2, 1000, 65_536, 300_001])
  func roundTrip(_ count: Int) throws {
    let bytes = bytes(count)
    for container in CompressedBytesTests.containers {
      let packed = CompressedBytes.pack(bytes, as: container)
      #expect(CompressedBytes.unpack(packed, atMost: count) == bytes)
      #expect(count < 1000 || packed.count < count)
      #expect(count == 0 || CompressedBytes.unpack(packed, atMost: count - 1) == nil)
    }
  }

  @Test("A gzip file is one that others read")
  func gzip() throws {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID()).gz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(CompressedBytes.pack(bytes(5000), as: .gzip)).write(to: URL(filePath: path))
    #expect(try CompressedFile.contents(path, atMost: 5000) == bytes(5000))
  }

  @Test("Damage is noticed")
  func damage() {
    for container in CompressedBytesTests.containers {
      let packed = CompressedBytes.pack(bytes(4000), as: container)
      for length in stride(from: 0, to: packed.count, by: 37) {
        #expect(CompressedBytes.unpack(packed.prefix(length), atMost: 1 << 20) == nil)
      }
      #expect(CompressedBytes.unpack(packed + [0], atMost: 1 << 20) == nil)
      // Behind gzip's header, every byte is in what the checksum is of, or in the checksum.
      for place in stride(from: container == .gzip ? 10 : 2, to: packed.count - 4, by: 41) {
        var changed = packed
        changed[place] ^= 0x10
        #expect(CompressedBytes.unpack(changed, atMost: 1 << 20) == nil)
      }
    }
    #expect(CompressedBytes.unpack(bytes(100), atMost: 1 << 20) == nil)
  }
}
