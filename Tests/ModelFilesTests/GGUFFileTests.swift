import LinearAlgebra
import ModelFiles
import Testing

@Suite("Reading GGUF files")
struct GGUFFileTests {
  @Test("Metadata of every type is read as the gguf package wrote it")
  func metadata() throws {
    let file = try GGUFFile(path: try fixture("blocks.gguf"))
    let integers = [
      "u8": 200, "i8": -100, "u16": 60_000, "i16": -30_000, "u32": 4_000_000_000, "i32": -2_000_000_000,
      "u64": 1 << 62, "i64": -1 << 62,
    ]
    for (key, value) in integers { #expect(try file.integer("test." + key) == value) }
    #expect(try file.float("test.f32") == 1e-5)
    #expect(try file.float("test.f64") == 0.1)
    #expect(file.metadata["test.f64"] == .float(0.1))
    #expect(try file.bool("test.yes"))
    #expect(try !file.bool("test.no"))
    #expect(try file.string("test.text") == "größer 大 🙂")
    #expect(try file.strings("test.texts") == ["", "a", "ĠParis", "<eos>"])
    #expect(try file.integers("test.integers") == [1, -2, 3])
    #expect(try file.floats("test.floats") == [0.5, -1.25])
    #expect(try file.bools("test.flags") == [true, false, true])
    #expect(file.metadata["test.nested"] == .arrays([.integers([1, 2]), .integers([3])]))
  }

  @Test("Absent metadata suggests the nearest keys; metadata of another type says which")
  func wrongMetadata() throws {
    let file = try GGUFFile(path: try fixture("blocks.gguf"))
    let missing = expectError { _ = try file.string("test.txt") }
    #expect("\(try #require(missing))".contains("'test.text'"))
    let wrong = expectError { _ = try file.integer("test.text") }
    #expect("\(try #require(wrong))".contains("a string instead of a whole number"))
    expectError { _ = try file.float("test.u8") }
    expectError { _ = try file.bool("test.u8") }
    expectError { _ = try file.string("test.u8") }
    expectError { _ = try file.integers("test.u8") }
    expectError { _ = try file.floats("test.integers") }
    expectError { _ = try file.bools("test.u8") }
    expectError { _ = try file.strings("test.u8") }
  }

  @Test("Tensors have row-major shapes, and integers and doubles their values")
  func tensors() throws {
    let file = try GGUFFile(path: try fixture("blocks.gguf"))
    #expect(file.tensorNames.prefix(3) == ["F16", "BF16", "Q4_0"])
    #expect(try file.tensor("F32").shape == [1, 2, 3])
    for name in ["I8", "I16", "I32", "I64"] {
      #expect(try file.tensor(name, shape: [2, 3]).integers() == [-3, -2, -1, 0, 1, 2])
    }
    #expect(try file.tensor("F64").floats() == [-3, -2, -1, 0, 1, 2])
    let matrix = try file.tensor("Q4_K").matrix()
    #expect(matrix.rows == 4 && matrix.columns == 512 && matrix.format == .q4_K)
    expectError { _ = try file.tensor("Q4_k") }
  }

  @Test("The smallest right files are read: version 2, and none but the header")
  func small() throws {
    let file = try GGUFFile(bytes: StoredBytes(copying: GGUFBuilder.changed { $0.version = 2 }), name: "f")
    #expect(try file.integers("list") == [1, 2])
    #expect(try file.tensor("a").shape == [2, 4])
    let empty = GGUFBuilder.changed {
      $0.entries = []
      $0.tensors = []
      $0.data = []
      $0.alignment = 1
    }
    #expect(try GGUFFile(bytes: StoredBytes(copying: empty), name: "f").tensorNames.isEmpty)
  }

  @Test("A vocabulary of 262,144 texts is read within half a second")
  func largeVocabulary() throws {
    let words = (0..<262_144).flatMap { GGUFBuilder.text("token \($0)") }
    let bytes = GGUFBuilder.changed {
      $0.entries.append((Array("tokens".utf8), 9, GGUFBuilder.array(8, 262_144, words)))
    }
    let stored = StoredBytes(copying: bytes)
    var file: GGUFFile?
    let elapsed = try ContinuousClock().measure { file = try GGUFFile(bytes: stored, name: "f") }
    #expect(try file?.strings("tokens").last == "token 262143")
    #expect(elapsed < .milliseconds(500), "\(elapsed)")
  }
}
