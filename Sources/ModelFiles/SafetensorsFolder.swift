import Foundation
import LinearAlgebra

/// The weights in a Hugging Face model's folder: `model.safetensors`, or the shards that
/// `model.safetensors.index.json` lists, as one archive.
public struct SafetensorsFolder: TensorArchive {
  /// The names of all tensors: shards in the order of their names, and in each the order of its header.
  public let tensorNames: [String]
  private let path: String
  private let shards: [SafetensorsFile]
  private let shardOfName: [String: Int]

  /// Opens and checks every shard in the folder at `path`.
  ///
  /// Throws when the folder has neither file, the index names a file outside the folder, or a listed tensor
  /// is not in its shard.
  public init(path: String) throws(ModelFileError) {
    let only = path + "/model.safetensors"
    if FileManager.default.fileExists(atPath: only) {
      self.init(path: path, single: try SafetensorsFile(path: only))
      return
    }
    let indexPath = path + "/model.safetensors.index.json"
    guard FileManager.default.fileExists(atPath: indexPath) else {
      throw .unreadable(
        path: path,
        reason: "it holds neither model.safetensors nor model.safetensors.index.json; check the folder")
    }
    try self.init(path: path, weightMap: try ShardIndex.weightMap(at: indexPath), indexPath: indexPath)
  }

  private init(path: String, single file: SafetensorsFile) {
    self.path = path
    shards = [file]
    tensorNames = file.tensorNames
    shardOfName = Dictionary(uniqueKeysWithValues: file.tensorNames.map { ($0, 0) })
  }

  private init(path: String, weightMap: [String: String], indexPath: String) throws(ModelFileError) {
    self.path = path
    var names: [String] = []
    var shards: [SafetensorsFile] = []
    var shardOfName: [String: Int] = [:]
    for fileName in Set(weightMap.values).sorted() {
      let shard = try SafetensorsFile(path: path + "/" + fileName)
      for name in shard.tensorNames where weightMap[name] == fileName {
        names.append(name)
        shardOfName[name] = shards.count
      }
      shards.append(shard)
    }
    if let (name, fileName) = weightMap.filter({ shardOfName[$0.key] == nil }).min(by: { $0.key < $1.key }) {
      throw .malformed(
        path: indexPath, problem: "tensor \(quoted(name)) is not in its shard \(quoted(fileName))")
    }
    self.tensorNames = names
    self.shards = shards
    self.shardOfName = shardOfName
  }

  /// Returns whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { shardOfName[name] != nil }

  /// Returns the tensor of this name, its bytes in place; throws, with the nearest names, when there is none.
  public func tensor(_ name: String) throws(ModelFileError) -> StoredTensor {
    guard let shard = shardOfName[name] else {
      throw .missingTensor(path: path, name: name, nearest: nearestNames(to: name, among: tensorNames))
    }
    return try shards[shard].tensor(name)
  }
}

/// The index of a sharded model: which file of the same folder holds which tensor.
private struct ShardIndex: Decodable {
  let weight_map: [String: String]

  /// Reads the index and checks that every file name is a plain one.
  static func weightMap(at path: String) throws(ModelFileError) -> [String: String] {
    let bytes = try MappedFile.map(path)
    guard bytes.count <= SafetensorsHeader.longest else {
      throw .malformed(path: path, problem: "it is longer than \(SafetensorsHeader.longest) bytes")
    }
    let data = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
    guard let index = try? JSONDecoder().decode(ShardIndex.self, from: data) else {
      throw .malformed(path: path, problem: "it is not a JSON object with a weight_map of strings")
    }
    for fileName in Set(index.weight_map.values).sorted() where !isPlain(fileName) {
      throw .malformed(
        path: path, problem: "its shard \(quoted(fileName)) is not the name of a file in the folder")
    }
    return index.weight_map
  }

  private static func isPlain(_ fileName: String) -> Bool {
    fileName.hasSuffix(".safetensors") && !fileName.hasPrefix(".")
      && !fileName.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value == 0 }
  }
}
