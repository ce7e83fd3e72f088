public import LinearAlgebra

/// A numpy archive (`.npz`): named arrays in a zip file, mapped, every declaration checked when it is opened.
///
/// Arrays that are stored as they are stay in the map; packed ones are unpacked when they are asked for.
public struct NumpyArchive: TensorArchive {
  /// The names of all arrays, in the order of the archive.
  public let tensorNames: [String]
  private let arrays: [String: Array]
  private let bytes: StoredBytes
  private let path: String

  private struct Array: Sendable {
    let header: NumpyHeader
    let range: Range<Int>
    let isDeflated: Bool
    let count: Int
    let checksum: UInt32
  }

  /// Maps and checks the file at `path`.
  public init(path: String) throws(ModelFileError) {
    try self.init(bytes: try MappedFile.map(path), name: path)
  }

  /// Checks a whole file held in `bytes`; `name` stands for its path in messages.
  public init(bytes: StoredBytes, name: String) throws(ModelFileError) {
    let directory = try unsafe bytes.withUnsafeBytes { (buffer) throws(ModelFileError) in
      try unsafe ZipDirectory(of: buffer, file: name)
    }
    var names: [String] = []
    var arrays: [String: Array] = [:]
    for member in directory.members where member.name.hasSuffix(".npy") {
      let array = String(member.name.dropLast(4))
      let header = try Self.header(of: member, named: array, in: bytes, file: name)
      guard
        arrays.updateValue(
          Array(
            header: header, range: member.range, isDeflated: member.isDeflated, count: member.count,
            checksum: member.checksum), forKey: array) == nil
      else { throw .malformed(path: name, problem: "array \(quoted(array)) is there twice") }
      names.append(array)
    }
    guard !names.isEmpty else { throw .malformed(path: name, problem: "it is a zip archive without arrays") }
    tensorNames = names
    self.arrays = arrays
    self.bytes = bytes
    path = name
  }

  private static func header(
    of member: ZipDirectory.Member, named name: String, in bytes: StoredBytes, file: String
  ) throws(ModelFileError) -> NumpyHeader {
    let stored = bytes[member.range]
    let count = min(member.count, NumpyHeader.longest)
    guard let head = member.isDeflated ? Inflation.unpack(stored, count: count, wholly: false) : nil else {
      guard !member.isDeflated else {
        throw .malformed(path: file, problem: "array \(quoted(name)) cannot be unpacked")
      }
      let header = try unsafe stored.withUnsafeBytes { (buffer) throws(ModelFileError) in
        try unsafe NumpyHeader(of: buffer, name: name, file: file)
      }
      return try check(header, member, name, file)
    }
    let header = try unsafe StoredBytes(copying: head).withUnsafeBytes { (buffer) throws(ModelFileError) in
      try unsafe NumpyHeader(of: buffer, name: name, file: file)
    }
    return try check(header, member, name, file)
  }

  private static func check(
    _ header: NumpyHeader, _ member: ZipDirectory.Member, _ name: String, _ file: String
  ) throws(ModelFileError) -> NumpyHeader {
    guard header.type.byteCount(shape: header.shape) == member.count - header.length else {
      throw .malformed(
        path: file,
        problem: "array \(quoted(name)) has \(member.count - header.length) bytes, which is not "
          + "\(header.shape.prefix(8)) \(header.type.name)")
    }
    return header
  }

  /// Returns whether there is an array of this name.
  public func contains(_ name: String) -> Bool { arrays[name] != nil }

  /// Returns an array's shape and type without unpacking it.
  public func declaration(_ name: String) -> (shape: [Int], type: TensorType)? {
    arrays[name].map { ($0.header.shape, $0.header.type) }
  }

  /// Returns the array of this name: in place, or a copy when it is packed or, for a matrix, stored column by column.
  public func tensor(_ name: String) throws(ModelFileError) -> StoredTensor {
    guard let array = arrays[name] else {
      throw .missingTensor(path: path, name: name, nearest: nearestNames(to: name, among: tensorNames))
    }
    let header = array.header
    let values = try elements(array, name)
    guard header.isFortranOrder else {
      return StoredTensor(name: name, shape: header.shape, type: header.type, bytes: values, file: path)
    }
    guard case .float(let format) = header.type, header.shape.count == 2 else {
      throw .unsupported(
        path: path, feature: "Fortran's order for array \(quoted(name))",
        remedy: "save it again after numpy.ascontiguousarray")
    }
    let turned = StoredMatrix(rows: header.shape[1], columns: header.shape[0], format: format, bytes: values)
    return StoredTensor(
      name: name, shape: header.shape, type: header.type, bytes: turned.transposed().bytes, file: path)
  }

  /// The bytes of an array's elements.
  private func elements(_ array: Array, _ name: String) throws(ModelFileError) -> StoredBytes {
    let stored = bytes[array.range]
    guard array.isDeflated else { return stored[array.header.length..<array.count] }
    guard let unpacked = Inflation.unpack(stored, count: array.count, wholly: true),
      Inflation.checksum(unpacked) == array.checksum
    else { throw .malformed(path: path, problem: "array \(quoted(name)) cannot be unpacked") }
    return StoredBytes(copying: unpacked)[array.header.length..<array.count]
  }
}
