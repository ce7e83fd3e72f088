import LinearAlgebra
import ModelFiles
import Testing

@Suite("Reading safetensors files")
struct SafetensorsFileTests {
  @Test("A tensor of every dtype is read as the safetensors package wrote it")
  func everyType() throws {
    let file = try SafetensorsFile(path: try fixture("dtypes.safetensors"))
    for format in IntegerFormat.allCases {
      let tensor = try file.tensor(format.rawValue, shape: [2, 3])
      #expect(tensor.type == .integer(format))
      #expect(try tensor.integers() == (format == .bool ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5]))
    }
    for name in ["F16", "F32", "F64"] { #expect(try file.tensor(name).floats() == [0, 1, 2, 3, 4, 5]) }
    #expect(try file.tensor("empty", shape: [0, 3]).floats() == [])
    #expect(try file.tensor("scalar", shape: []).integers() == [7])
    #expect(file.metadata == ["format": "np", "note": "ü \"quoted\"\n"])
    #expect(file.tensorNames.count == 14)
  }

  @Test("A matrix shares the bytes; a vector is one row; more dimensions fold into rows")
  func matrices() throws {
    let file = try SafetensorsFile(path: try fixture("blocks.safetensors"))
    let cube = try file.tensor("F32", shape: [1, 2, 3])
    let folded = try cube.foldedMatrix()
    #expect(folded.rows == 2 && folded.columns == 3)
    #expect(folded.floats() == (0..<6).map { Float($0) / 7 })
    expectError { _ = try cube.matrix() }
    let vector = StoredTensor(
      name: "v", shape: [2], type: .float(.bf16), bytes: StoredBytes(copying: [128, 63, 0, 64]), file: "f")
    #expect(try vector.matrix().rows == 1)
    #expect(try vector.floats() == [1, 2])
  }

  @Test("Asking for the wrong kind or shape says what the tensor is")
  func wrongKind() throws {
    let file = try SafetensorsFile(path: try fixture("dtypes.safetensors"))
    let error = expectError { _ = try file.tensor("I32").floats() }
    #expect(error.map { "\($0)".contains("[2, 3] I32 instead of floats") } == true)
    expectError { _ = try file.tensor("F32").integers() }
    expectError { _ = try file.tensor("I8").matrix() }
    expectError { _ = try file.tensor("F64").matrix() }
    expectError { _ = try file.tensor("scalar").foldedMatrix() }
    expectError { _ = try file.tensor("F32", shape: [3, 2]) }
    let large = StoredTensor(
      name: "u", shape: [1], type: .integer(.u64),
      bytes: StoredBytes(copying: [UInt8](repeating: 255, count: 8)), file: "f")
    expectError { _ = try large.integers() }
  }

  @Test("An unknown name suggests the nearest ones")
  func suggestions() throws {
    let header =
      #"{"W_enc_1":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"#
      + #""W_enc_2":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"#
      + #""threshold_1":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#
    let file = try SafetensorsFile(bytes: safetensors(header, []), name: "f")
    #expect(!file.contains("W_enc_3") && file.contains("W_enc_2"))
    let error = expectError { _ = try file.tensor("W_enc_3") }
    #expect(error == .missingTensor(path: "f", name: "W_enc_3", nearest: ["W_enc_1", "W_enc_2"]))
    #expect(expectError { _ = try file.tensor("zzzzzzzzzz") }?.description.contains("nearest") == false)
  }

  @Test("Escapes in names and metadata are decoded, and padding after the header is skipped")
  func escapes() throws {
    let name = #"a\u00e9\ud83d\ude00\n\/\\\"\b\f\r\t"#
    let file = try SafetensorsFile(
      bytes: safetensors(
        "{ \"\(name)\" : {\"shape\":[ 2 ] ,\"data_offsets\":[0,2],\"dtype\":\"BOOL\"}}  \n", [1, 0]),
      name: "f")
    #expect(file.tensorNames == ["aé😀\n/\\\"\u{8}\u{C}\r\t"])
  }
}

/// Returns a safetensors file of this header and data.
func safetensors(_ header: String, _ data: [UInt8]) -> StoredBytes {
  StoredBytes(copying: safetensorsBytes(Array(header.utf8), data))
}

/// Returns a safetensors file of this header and data, whose header claims `length` bytes.
func safetensorsBytes(_ header: [UInt8], _ data: [UInt8], length: UInt64? = nil) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.append(length ?? UInt64(header.count))
  return bytes + header + data
}
