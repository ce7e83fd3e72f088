public import LinearAlgebra

/// A GGUF file (version 2 or 3, little endian): metadata and named tensors, mapped in place, every
/// declaration checked when it is opened.
public struct GGUFFile: TensorArchive {
  /// What the file says about the model, such as `general.architecture`.
  public let metadata: [String: GGUFValue]
  /// The file's path, for messages.
  let path: String
  private let table: TensorTable
  private let bytes: StoredBytes

  /// Maps and checks the file at `path`.
  public init(path: String) throws(ModelFileError) {
    try self.init(bytes: try MappedFile.map(path), name: path)
  }

  /// Checks a whole file held in `bytes`; `name` stands for its path in messages.
  public init(bytes: StoredBytes, name: String) throws(ModelFileError) {
    let header = try unsafe bytes.withUnsafeBytes { (buffer) throws(ModelFileError) in
      try unsafe GGUFHeader(of: buffer, file: name)
    }
    metadata = header.metadata
    table = header.table
    path = name
    self.bytes = bytes
  }

  /// The names of all tensors, in the order of the header.
  public var tensorNames: [String] { table.names }

  /// Returns whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { table.contains(name) }

  /// Returns the tensor of this name, its bytes in place; throws, with the nearest names, when there is none.
  public func tensor(_ name: String) throws(ModelFileError) -> StoredTensor {
    try table.tensor(name, in: bytes)
  }
}
