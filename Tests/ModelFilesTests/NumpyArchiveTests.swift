import Foundation
import LinearAlgebra
import ModelFiles
import Testing

@Suite("Numpy archives")
struct NumpyArchiveTests {
  private func archive(_ bytes: [UInt8]) throws -> NumpyArchive {
    try NumpyArchive(bytes: StoredBytes(copying: bytes), name: "test.npz")
  }

  @Test(
    "What numpy saved is read as it was, stored and packed",
    arguments: ["arrays.npz", "packed.npz", "wide.npz"])
  func fixtures(name: String) throws {
    let archive = try NumpyArchive(path: fixture("numpy/" + name))
    #expect(
      archive.tensorNames.sorted() == ["columns", "doubles", "flags", "halves", "rows", "scalar", "vector"])
    let rows = try archive.tensor("rows")
    #expect(rows.shape == [3, 4] && rows.type == .float(.f32))
    #expect(try rows.floats() == (0..<12).map { Float($0) / 4 })
    #expect(try archive.tensor("columns").matrix().widened() == rows.matrix().widened().transposed())
    #expect(try archive.tensor("halves").floats() == [0.5, -2, 65504])
    #expect(try archive.tensor("doubles").floats() == [0.25, 1e30])
    #expect(try archive.tensor("vector").integers() == [-3, 0, 1 << 40])
    #expect(try archive.tensor("flags").integers() == [1, 0, 1])
    #expect(try archive.tensor("scalar").floats() == [7])
    #expect(archive.declaration("rows")?.shape == [3, 4])
    expectError { _ = try archive.tensor("row") }
  }

  @Test("A stored array stays in the map")
  func inPlace() throws {
    let bytes = StoredBytes(copying: NumpyBuilder().bytes)
    let archive = try NumpyArchive(bytes: bytes, name: "test.npz")
    let whole = bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    let part = try archive.tensor("a").bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    #expect(part > whole && part < whole + UInt(bytes.count))
    #expect(try archive.tensor("b").floats() == [0, 1, 2, 3, 4, 5])
  }

  @Test("Wider heads, comments and other members do no harm")
  func variants() throws {
    for version in [2, 3] as [UInt8] {
      #expect(try archive(NumpyBuilder.changed { $0.version = version }).tensor("a").shape == [2, 3])
    }
    var builder = NumpyBuilder()
    builder.comment = Array("PK\u{5}\u{6} is no end".utf8)
    builder.arrays.append(.init(name: "readme.txt", raw: [1, 2]))
    #expect(try archive(builder.bytes).tensorNames == ["a", "b"])
  }

  /// What is wrong, a file that has it, and what the sentence must mention.
  static let faults: [(String, [UInt8], String)] = [
    ("nothing", [0], "zip"),
    ("no end", Array(NumpyBuilder().bytes.dropLast(1)), "zip"),
    ("no arrays", changed { $0.arrays = [] }, "without arrays"),
    ("twice the same", changed { $0.arrays[1].name = "a.npy" }, "twice"),
    ("a directory outside", changed { $0.directoryOffset = 0xFFFF_FFF0 }, "outside"),
    ("a directory elsewhere", changed { $0.directoryOffset = 3 }, "faulty"),
    ("too many members", changed { $0.count = 0xFFFE }, "members"),
    ("more members than there are", changed { $0.count = 3 }, "3 members"),
    ("encryption", array { $0.flags = 1 }, "encryption"),
    ("another method", array { $0.method = 12 }, "method 12"),
    ("an absurd size", array { $0.size = 0xFFFF_FF00 }, "lengths"),
    (
      "an absurd packed size",
      array {
        $0.packedSize = 0x7FFF_FFFF; $0.size = 0x7FFF_FFFF
      }, "directory"
    ),
    (
      "a packed bomb",
      array {
        $0.method = 8; $0.size = 0x7FFF_FFFF
      }, "lengths"
    ),
    ("packed rubbish", array { $0.method = 8 }, "unpacked"),
    ("a member outside", array { $0.offset = 0x7FFF_FFFF }, "outside"),
    ("a member in the middle of another", array { $0.offset = 1 }, "missing"),
    (
      "a wide size that is missing",
      array {
        $0.size = 0xFFFF_FFFF; $0.extra = [1, 0, 4, 0, 1, 1, 1, 1]
      }, "short"
    ),
    ("extra fields that overlap", array { $0.extra = [1, 0, 99, 0] }, "overlap"),
    (
      "a wide size beyond all",
      array {
        $0.size = 0xFFFF_FFFF; $0.extra = [1, 0, 8, 0] + .init(repeating: 255, count: 8)
      },
      "lengths"
    ),
    ("no array's head", array { $0.raw = Array("hello, hello".utf8) }, "not numpy's"),
    ("a head cut off", array { $0.raw = [0x93, 0x4E, 0x55] }, "ends"),
    ("version 9", array { $0.version = 9 }, "version 9"),
    ("no shape", array { $0.description = "{'descr': '<f4', 'fortran_order': False}" }, "faulty"),
    ("a shape of 2^60", described("'<f4'", "(1152921504606846976, 8)"), "not [1152921504606846976, 8]"),
    ("a shape beyond all numbers", described("'<f4'", "(99999999999999999999, 1)"), "faulty"),
    ("a negative shape", described("'<f4'", "(-2, 3)"), "faulty"),
    ("a shape too long", described("'<f4'", "(" + String(repeating: "1, ", count: 99) + ")"), "faulty"),
    ("another shape", described("'<f4'", "(2, 4)"), "not [2, 4]"),
    ("big-endian numbers", described("'>f4'", "(2, 3)"), "'>f4'"),
    ("objects", described("'|O'", "(2, 3)"), "'|O'"),
    ("records", described("[('x', '<f4')]", "(2, 3)"), "records"),
    ("code", described("__import__('os')", "(2, 3)"), "faulty"),
  ]

  private static func changed(_ change: (inout NumpyBuilder) -> Void) -> [UInt8] {
    var builder = NumpyBuilder()
    change(&builder)
    return builder.bytes
  }

  private static func array(_ change: (inout NumpyBuilder.Array) -> Void) -> [UInt8] {
    NumpyBuilder.changed(change)
  }

  private static func described(_ type: String, _ shape: String) -> [UInt8] {
    array { $0.description = "{'descr': \(type), 'fortran_order': False, 'shape': \(shape), }" }
  }

  @Test("A damaged archive is refused in one sentence", arguments: faults.indices)
  func refusal(index: Int) throws {
    let (name, bytes, mention) = NumpyArchiveTests.faults[index]
    let error = expectError { _ = try archive(bytes).tensor("a") }
    #expect(error.map { "\($0)".contains(mention) } == true, "\(name): \(error.map { "\($0)" } ?? "")")
  }

  @Test("Every way of cutting an archive off is refused in one sentence")
  func truncation() throws {
    let bytes = NumpyBuilder().bytes
    for length in 1..<bytes.count { expectError { _ = try archive(Array(bytes.prefix(length))) } }
  }

  @Test("A packed array whose checksum is wrong is refused")
  func checksum() throws {
    var bytes = try Array(Data(contentsOf: URL(filePath: fixture("numpy/packed.npz"))))
    let signature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    for place in bytes.indices.dropLast(20) where Array(bytes[place..<place + 4]) == signature {
      bytes[place + 16] ^= 1
    }
    let archive = try archive(bytes)
    expectError { _ = try archive.tensor("rows") }
  }
}
