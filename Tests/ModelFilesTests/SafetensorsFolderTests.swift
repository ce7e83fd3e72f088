import Foundation
import LinearAlgebra
import ModelFiles
import Testing

@Suite("Reading Hugging Face folders")
struct SafetensorsFolderTests {
  private func writeShard(_ path: String, _ tensors: [String: Float]) throws {
    var writer = try SafetensorsWriter(
      path: path, declaring: tensors.keys.map { .init($0, .float(.f32), [1]) })
    for (name, value) in tensors { try writer.append(floats: [value], to: name) }
    try writer.finish()
  }

  private func writeIndex(_ folder: String, _ text: String) throws {
    try write(Array(text.utf8), to: folder + "/model.safetensors.index.json")
  }

  @Test("A single file is taken whole")
  func single() throws {
    try withTemporaryFolder { folder in
      try writeShard(folder + "/model.safetensors", ["a": 1, "b": 2])
      let archive = try SafetensorsFolder(path: folder)
      #expect(archive.tensorNames == ["a", "b"])
      #expect(try archive.tensor("b").floats() == [2])
    }
  }

  @Test("Shards are read as one archive")
  func shards() throws {
    try withTemporaryFolder { folder in
      try writeShard(folder + "/model-1.safetensors", ["a": 1, "c": 3])
      try writeShard(folder + "/model-2.safetensors", ["b": 2, "unlisted": 9])
      try writeIndex(
        folder,
        """
        {"metadata": {"total_size": 12.5, "x": [null]}, "weight_map":
        {"b": "model-2.safetensors", "c": "model-1.safetensors", "a": "model-1.safetensors"}}
        """)
      let archive: any TensorArchive = try SafetensorsFolder(path: folder)
      #expect(archive.tensorNames == ["a", "c", "b"])
      #expect(try archive.tensorNames.map { try archive.tensor($0).floats()[0] } == [1, 3, 2])
      #expect(archive.contains("c") && !archive.contains("unlisted"))
      let error = expectError { _ = try archive.tensor("unlistet") }
      #expect(error == .missingTensor(path: folder, name: "unlistet", nearest: []))
    }
  }

  @Test("A folder without weights, or with a missing shard, is refused in one sentence")
  func missing() throws {
    try withTemporaryFolder { folder in
      expectError { _ = try SafetensorsFolder(path: folder) }
      expectError { _ = try SafetensorsFolder(path: folder + "/absent") }
      try writeIndex(folder, #"{"weight_map":{"a":"m.safetensors"}}"#)
      expectError { _ = try SafetensorsFolder(path: folder) }
      try writeShard(folder + "/m.safetensors", ["b": 1])
      let error = expectError { _ = try SafetensorsFolder(path: folder) }
      #expect(error.map { "\($0)".contains("'a' is not in its shard 'm.safetensors'") } == true)
    }
  }

  @Test(
    "A shard outside the folder is refused in one sentence",
    arguments: [
      "../m.safetensors", "/etc/m.safetensors", "x/m.safetensors", "..", ".", "", ".safetensors", "m.bin",
      "..\\\\m.safetensors", "m\\u0000.safetensors", "x/../../m.safetensors",
    ])
  func escaping(shard: String) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/in/x", withIntermediateDirectories: true)
      try writeShard(folder + "/m.safetensors", ["a": 1])
      try writeIndex(folder + "/in", "{\"weight_map\":{\"a\":\"\(shard)\"}}")
      let error = expectError { _ = try SafetensorsFolder(path: folder + "/in") }
      #expect(error.map { "\($0)".contains("is not the name of a file in the folder") } == true)
    }
  }

  @Test(
    "An index that is not one is refused in one sentence",
    arguments: [
      "[]", "{}", "{\"weight_map\":[]}", "{\"weight_map\":{\"a\":1}}", "{\"weight_map\":{", "\u{FEFF}x",
      String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
    ])
  func faultyIndex(text: String) throws {
    try withTemporaryFolder { folder in
      try writeIndex(folder, text)
      expectError { _ = try SafetensorsFolder(path: folder) }
    }
  }
}
