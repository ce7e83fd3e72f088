import LinearAlgebra
import ModelFiles
import Testing

@Suite("Hostile GGUF files")
struct HostileGGUFTests {
  typealias Builder = GGUFBuilder

  static func tensor(_ change: @escaping (inout Builder.Tensor) -> Void) -> [UInt8] {
    Builder.changed { change(&$0.tensors[0]) }
  }

  static func entry(_ type: UInt32, _ value: [UInt8], key: String = "k") -> [UInt8] {
    Builder.changed { $0.entries.append((Array(key.utf8), type, value)) }
  }

  static func count(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(value)
    return bytes
  }

  static let nested = (0..<40).reduce(Builder.array(4, 0, [])) { inner, _ in Builder.array(9, 1, inner) }

  static let faults: [(what: String, bytes: [UInt8])] = [
    ("magic", Builder.changed { $0.magic = Array("GGML".utf8) }),
    ("version 0", Builder.changed { $0.version = 0 }),
    ("version 1", Builder.changed { $0.version = 1 }),
    ("version 4", Builder.changed { $0.version = 4 }),
    ("big endian", Builder.changed { $0.version = 0x0300_0000 }),
    ("2^60 tensors", Builder.changed { $0.tensorCount = 1 << 60 }),
    ("all tensors", Builder.changed { $0.tensorCount = .max }),
    ("one tensor more", Builder.changed { $0.tensorCount = 3 }),
    ("2^60 entries", Builder.changed { $0.entryCount = 1 << 60 }),
    ("all entries", Builder.changed { $0.entryCount = .max }),
    ("one entry more", Builder.changed { $0.entryCount = 3 }),
    ("one entry less", Builder.changed { $0.entryCount = 1 }),
    ("key length", Array(Builder().bytes.prefix(24)) + count(1 << 62) + Builder().bytes.dropFirst(32)),
    ("key not UTF-8", Builder.changed { $0.entries[0].key = [0xFF, 0xFE] }),
    ("key twice", entry(4, [0, 0, 0, 0], key: "list")),
    ("value type 13", entry(13, [0, 0, 0, 0])),
    ("value type 2^32 - 1", entry(.max, [])),
    ("boolean 2", entry(7, [2])),
    ("u64 beyond Int", entry(10, [UInt8](repeating: 255, count: 8))),
    ("text of 2^60 bytes", entry(8, Builder.text([], length: 1 << 60))),
    ("text of 2^64 - 1 bytes", entry(8, Builder.text([], length: .max))),
    ("text not UTF-8", entry(8, Builder.text([0xC3, 0x28]))),
    ("array of 2^60 bytes", entry(9, Builder.array(0, 1 << 60, []))),
    ("array of 2^60 texts", entry(9, Builder.array(8, 1 << 60, []))),
    ("array of 2^61 u64", entry(9, Builder.array(10, 1 << 61, []))),
    ("array of 2^64 - 1 floats", entry(9, Builder.array(6, .max, []))),
    ("array of 2^40 arrays", entry(9, Builder.array(9, 1 << 40, []))),
    ("array of unknown type", entry(9, Builder.array(77, 0, []))),
    ("array with a bad boolean", entry(9, Builder.array(7, 2, [1, 3]))),
    ("array of a bad text", entry(9, Builder.array(8, 1, Builder.text([0x80])))),
    ("nested arrays", entry(9, nested)),
    ("alignment 0", entry(4, [0, 0, 0, 0], key: "general.alignment")),
    ("alignment 3", entry(4, [3, 0, 0, 0], key: "general.alignment")),
    ("alignment -32", entry(5, [0xE0, 255, 255, 255], key: "general.alignment")),
    ("alignment 2^31", entry(4, [0, 0, 0, 0x80], key: "general.alignment")),
    ("alignment 2^62", entry(10, count(1 << 62), key: "general.alignment")),
    ("alignment as text", entry(8, Builder.text("32"), key: "general.alignment")),
    ("tensor twice", tensor { $0.name = "b" }),
    ("5 dimensions", tensor { $0.dimensions = [1, 1, 1, 1, 1] }),
    ("2^32 - 1 dimensions", tensor { $0.rank = .max }),
    ("dimension 2^63", tensor { $0.dimensions = [1 << 63] }),
    ("dimension -1", tensor { $0.dimensions = [.max, 1] }),
    ("2^60 elements", tensor { $0.dimensions = [1 << 60] }),
    ("product overflow", tensor { $0.dimensions = [1 << 32, 1 << 32] }),
    ("product overflow to 8", tensor { $0.dimensions = [(1 << 61) + 2, 4] }),
    ("overflow beside 0", tensor { $0.dimensions = [1 << 62, 0] }),
    ("type 4", tensor { $0.type = 4 }),
    ("type Q2_K", tensor { $0.type = 10 }),
    ("type 2^32 - 1", tensor { $0.type = .max }),
    ("broken block", tensor { $0.type = 8 }),
    (
      "broken block, whole product",
      tensor {
        $0.type = 2; $0.dimensions = [16, 2]
      }
    ),
    (
      "number in blocks",
      tensor {
        $0.type = 2; $0.dimensions = []
      }
    ),
    ("offset unaligned", tensor { $0.offset = 4 }),
    ("offset beyond", tensor { $0.offset = 64 }),
    ("offset 2^63", tensor { $0.offset = 1 << 63 }),
    ("offset -32", tensor { $0.offset = UInt64(bitPattern: -32) }),
    ("overlap", tensor { $0.offset = 32 }),
    ("partial overlap", tensor { $0.dimensions = [16] }),
    ("no data", Builder.changed { $0.data = [] }),
    ("name not UTF-8", Builder.changed { $0.tensors[0].name = "\u{0}" }.map { $0 == 0 ? 0xFF : $0 }),
  ]

  @Test("A faulty file is refused in one sentence", arguments: faults.indices)
  func faulty(index: Int) {
    let (what, bytes) = Self.faults[index]
    expectError { _ = try GGUFFile(bytes: StoredBytes(copying: bytes), name: what) }
  }

  @Test("Every truncation of a right file is refused in one sentence")
  func truncated() {
    let whole = GGUFBuilder().bytes
    for length in 0..<whole.count {
      expectError { _ = try GGUFFile(bytes: StoredBytes(copying: Array(whole.prefix(length))), name: "f") }
    }
  }

  @Test("Any single changed byte is read or refused, without a crash")
  func changedBytes() {
    let whole = GGUFBuilder().bytes
    for index in 0..<whole.count - 64 {
      for value: UInt8 in [0, 1, 9, 0x7F, 0x80, 0xFF] {
        var bytes = whole
        bytes[index] = value
        do {
          let file = try GGUFFile(bytes: StoredBytes(copying: bytes), name: "f")
          for name in file.tensorNames { #expect(try file.tensor(name).count <= 512) }
        } catch { expectSentence("\(error)") }
      }
    }
  }

  @Test("Names with control characters do not break the sentence")
  func controlCharacters() {
    let bytes = Self.tensor {
      $0.name = "a\n\u{1B}[31m\u{2028}" + String(repeating: "x", count: 5_000); $0.type = 4
    }
    expectError { _ = try GGUFFile(bytes: StoredBytes(copying: bytes), name: "f\n") }
  }
}
