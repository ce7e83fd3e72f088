public import Foundation
import ModelFiles

/// The reference numbers of another implementation, kept beside the tests; `Goldens/README.md` tells where from.
public enum Golden {
  /// Returns the path of a file or folder, named from the `Goldens` folder on, such as `tiny/llama/model`.
  public static func path(_ name: String) throws -> String {
    guard let root = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
    let path = root + "/Goldens/" + name
    guard FileManager.default.fileExists(atPath: path) else {
      throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: path])
    }
    return path
  }

  /// Opens a safetensors file.
  public static func tensors(_ name: String) throws -> GoldenTensors {
    GoldenTensors(file: try SafetensorsFile(path: path(name)))
  }

  /// Returns a file's bytes.
  public static func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: path(name)))
  }

  /// Reads a JSON file; keys in snake case become camel case.
  public static func json<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: data(name))
  }

  /// What the manifest says of a file.
  public struct Entry: Decodable, Sendable {
    /// The file's size.
    public var bytes: Int
    /// The SHA-256 of its content, in hexadecimal digits.
    public var sha256: String
  }

  /// Returns the manifest: what each file must be, by name.
  public static func manifest() throws -> [String: Entry] {
    struct Manifest: Decodable { var files: [String: Entry] }
    return try JSONDecoder().decode(Manifest.self, from: data("MANIFEST.json")).files
  }

  /// Returns the names of all files but the manifest and what is written for readers.
  public static func names() throws -> [String] {
    let all = try FileManager.default.subpathsOfDirectory(atPath: path(""))
    return try all.filter { name in
      var isFolder: ObjCBool = false
      _ = unsafe FileManager.default.fileExists(atPath: try path(name), isDirectory: &isFolder)
      return !isFolder.boolValue && name != "MANIFEST.json" && name != "README.md"
    }
  }
}
