import Foundation
import LinearAlgebra
import ModelFiles
import Testing

@Suite("Writing safetensors files")
struct SafetensorsWriterTests {
  typealias Declaration = SafetensorsWriter.Declaration

  @Test("What is written is read back, piece by piece and in any order")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/out.safetensors"
      let floats = (0..<200_000).map { Float($0) * 0.37 - 30_000 }
      var writer = try SafetensorsWriter(
        path: path,
        declaring: [
          .init("ids", .integer(.i32), [3]), .init("w \"ü\"\n", .float(.f32), [400, 500]),
          .init("none", .float(.f32), [0, 7]), .init("one", .float64, []),
        ], metadata: ["kind": "clt\u{1}", "α": "\\"])
      try writer.append(integers: [-1, 0, 70_000], to: "ids")
      try writer.append(floats: Array(floats[..<70_001]), to: "w \"ü\"\n")
      try writer.append(floats: [0.1], to: "one")
      try writer.append(floats: Array(floats[70_001...]), to: "w \"ü\"\n")
      #expect(!FileManager.default.fileExists(atPath: path))
      try writer.finish()
      let file = try SafetensorsFile(path: path)
      #expect(try file.tensor("w \"ü\"\n", shape: [400, 500]).floats() == floats)
      #expect(try file.tensor("ids", shape: [3]).integers() == [-1, 0, 70_000])
      #expect(try file.tensor("one", shape: []).floats() == [0.1])
      #expect(try file.tensor("none", shape: [0, 7]).floats() == [])
      #expect(file.metadata == ["kind": "clt\u{1}", "α": "\\"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.safetensors"])
    }
  }

  @Test("Every whole-number type keeps its least and greatest values")
  func integers() throws {
    let bounds: [(IntegerFormat, [Int])] = [
      (.i8, [-128, 127]), (.i16, [-32_768, 32_767]), (.i32, [-1 << 31, 1 << 31 - 1]), (.i64, [.min, .max]),
      (.u8, [0, 255]), (.u16, [0, 65_535]), (.u32, [0, 1 << 32 - 1]), (.u64, [0, .max]), (.bool, [0, 1]),
    ]
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      var writer = try SafetensorsWriter(
        path: path, declaring: bounds.map { .init($0.0.rawValue, .integer($0.0), [2]) })
      for (format, values) in bounds { try writer.append(integers: values, to: format.rawValue) }
      try writer.finish()
      let file = try SafetensorsFile(path: path)
      for (format, values) in bounds { #expect(try file.tensor(format.rawValue).integers() == values) }
    }
  }

  @Test("The same contents give the same bytes, aligned, whatever the order")
  func deterministic() throws {
    try withTemporaryFolder { folder in
      let declarations: [Declaration] = [
        .init("b", .float(.f32), [2]), .init("odd", .integer(.u8), [3]), .init("a", .float(.f32), [1]),
        .init("wide", .integer(.i64), [1]), .init("half", .float(.bf16), [1]),
      ]
      for (name, order) in [("1", declarations), ("2", declarations.reversed())] {
        var writer = try SafetensorsWriter(
          path: folder + "/" + name, declaring: order, metadata: ["x": "1", "y": "2", "z": "3"])
        for tensor in order where tensor.type != .integer(.u8) && tensor.type != .integer(.i64) {
          try writer.append(floats: [Float](repeating: 1, count: tensor.shape[0]), to: tensor.name)
        }
        try writer.append(integers: [9], to: "wide")
        try writer.append(integers: [1, 2, 3], to: "odd")
        try writer.finish()
      }
      let first = try Data(contentsOf: URL(filePath: folder + "/1"))
      #expect(try Data(contentsOf: URL(filePath: folder + "/2")) == first)
      #expect(first[0] % 8 == 0)
      #expect(try SafetensorsFile(path: folder + "/1").tensorNames == ["wide", "a", "b", "half", "odd"])
    }
  }

  @Test(
    "Narrowing to F16 and BF16 gives the nearest number, ties to even", arguments: [ElementFormat.f16, .bf16])
  func narrowing(format: ElementFormat) throws {
    let bytes = (0...UInt16.max).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let exact = NaiveWidening(format: format, bytes: bytes).floats.filter { $0.isFinite }
    #expect(try narrowed(exact, format) == exact)
    let ascending = exact.filter { $0.sign == .plus }.sorted()
    let pairs = Array(zip(ascending, ascending.dropFirst()))
    let middles = pairs.map { Float((Double($0.0) + Double($0.1)) / 2) }
    let even = pairs.indices.map { $0 % 2 == 0 ? pairs[$0].0 : pairs[$0].1 }
    #expect(try narrowed(middles, format) == even)
    #expect(try narrowed(middles.map(\.nextDown), format) == pairs.map(\.0))
    #expect(try narrowed(middles.map(\.nextUp), format) == pairs.map(\.1))
    #expect(try narrowed(middles.map { -$0 }, format) == even.map { -$0 })
    #expect(try narrowed([.nan, Float(bitPattern: 0x7F80_0001)], format).allSatisfy { $0.isNaN })
  }

  @Test("Narrowing what is too large gives infinity")
  func narrowingLarge() throws {
    let large: [Float] = [.infinity, -.infinity, .greatestFiniteMagnitude, 65_519.996, 65_520, -1e9]
    #expect(try narrowed(large, .f16) == [.infinity, -.infinity, .infinity, 65_504, .infinity, -.infinity])
    #expect(try narrowed([.greatestFiniteMagnitude, -.infinity], .bf16) == [.infinity, -.infinity])
  }

  /// Returns `values` as they are after a round trip through a file in `format`.
  private func narrowed(_ values: [Float], _ format: ElementFormat) throws -> [Float] {
    try withTemporaryFolder { folder in
      var writer = try SafetensorsWriter(
        path: folder + "/a", declaring: [.init("x", .float(format), [values.count])])
      try writer.append(floats: values, to: "x")
      try writer.finish()
      return try SafetensorsFile(path: folder + "/a").tensor("x").floats()
    }
  }

  @Test("A writer that is given up leaves nothing, and an older file stays")
  func givenUp() throws {
    try withTemporaryFolder { folder in
      try write([1, 2], to: folder + "/a")
      do {
        var writer = try SafetensorsWriter(path: folder + "/a", declaring: [.init("x", .float(.f32), [2])])
        try writer.append(floats: [1], to: "x")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
      #expect(try Data(contentsOf: URL(filePath: folder + "/a")) == Data([1, 2]))
    }
  }

  @Test("Where no file can be written, one sentence says why")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      for path in ["", "a\0", folder + "/", folder + "/absent/a"] {
        expectError { _ = try SafetensorsWriter(path: path, declaring: []) }
      }
      let error = expectError { try SafetensorsWriter(path: folder, declaring: []).finish() }
      #expect(error.map { "\($0)".contains("it is no regular file") } == true)
    }
  }

  @Test("A read-only folder is refused in one sentence", .enabled(if: geteuid() != 0))
  func readOnly() throws {
    try withTemporaryFolder { folder in
      unsafe chmod(folder, 0o500)
      let error = expectError { _ = try SafetensorsWriter(path: folder + "/a", declaring: []) }
      #expect(error.map { "\($0)".contains("permission") } == true)
    }
  }
}
