import LinearAlgebra

/// The tensors that one file declares, checked against the file's size.
struct TensorTable: Sendable {
  /// Where one tensor lies.
  struct Entry: Sendable {
    let shape: [Int]
    let type: TensorType
    /// The tensor's bytes in the file.
    let range: Range<Int>
  }

  let file: String
  private(set) var names: [String] = []
  private var entries: [String: Entry] = [:]

  init(file: String) { self.file = file }

  func contains(_ name: String) -> Bool { entries[name] != nil }

  /// Adds a tensor; its name must be new.
  mutating func add(_ name: String, _ entry: Entry) throws(ModelFileError) {
    guard entries.updateValue(entry, forKey: name) == nil else {
      throw .malformed(path: file, problem: "tensor \(quoted(name)) is declared twice")
    }
    names.append(name)
  }

  /// Returns the tensor `name` of the file whose bytes are `bytes`.
  func tensor(_ name: String, in bytes: StoredBytes) throws(ModelFileError) -> StoredTensor {
    guard let entry = entries[name] else {
      throw .missingTensor(path: file, name: name, nearest: nearestNames(to: name, among: names))
    }
    return StoredTensor(
      name: name, shape: entry.shape, type: entry.type, bytes: bytes[entry.range], file: file)
  }

  /// Checks that no two tensors share a byte and, when `data` is given, that they fill it without a hole.
  func checkLayout(filling data: Range<Int>? = nil) throws(ModelFileError) {
    let ordered = names.compactMap { name in entries[name].map { (name: name, range: $0.range) } }
      .sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = data?.lowerBound ?? 0
    for (name, range) in ordered where data != nil || !range.isEmpty {
      if range.lowerBound < end {
        throw .malformed(path: file, problem: "tensor \(quoted(name)) overlaps another tensor")
      }
      if data != nil && range.lowerBound > end {
        throw .malformed(
          path: file,
          problem: "\(range.lowerBound - end) bytes before tensor \(quoted(name)) belong to no tensor")
      }
      end = range.upperBound
    }
    if let data, end < data.upperBound {
      throw .malformed(path: file, problem: "its last \(data.upperBound - end) bytes belong to no tensor")
    }
  }
}
