/// Makes GGUF files for tests, right or wrong.
struct GGUFBuilder {
  struct Tensor {
    var name = "a"
    var dimensions: [UInt64] = [4, 2]
    var rank: UInt32?
    var type: UInt32 = 0
    var offset: UInt64 = 0
  }

  var magic: [UInt8] = Array("GGUF".utf8)
  var version: UInt32 = 3
  var tensorCount: UInt64?
  var entryCount: UInt64?
  /// Key, type and the value's bytes.
  var entries: [(key: [UInt8], type: UInt32, value: [UInt8])] = [
    (Array("general.architecture".utf8), 8, text("test")),
    (Array("list".utf8), 9, array(4, 2, [1, 0, 0, 0, 2, 0, 0, 0])),
  ]
  var tensors: [Tensor] = [Tensor(), Tensor(name: "b", dimensions: [8], offset: 32)]
  var alignment = 32
  var data: [UInt8] = (0..<64).map { UInt8($0) }

  static func text(_ text: String) -> [UInt8] { self.text(Array(text.utf8)) }

  static func text(_ bytes: [UInt8], length: UInt64? = nil) -> [UInt8] {
    var result: [UInt8] = []
    result.append(length ?? UInt64(bytes.count))
    return result + bytes
  }

  static func array(_ type: UInt32, _ count: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.append(type)
    result.append(count)
    return result + bytes
  }

  /// The whole file.
  var bytes: [UInt8] {
    var bytes = magic
    bytes.append(version)
    bytes.append(tensorCount ?? UInt64(tensors.count))
    bytes.append(entryCount ?? UInt64(entries.count))
    for entry in entries {
      bytes += Self.text(entry.key)
      bytes.append(entry.type)
      bytes += entry.value
    }
    for tensor in tensors {
      bytes += Self.text(tensor.name)
      bytes.append(tensor.rank ?? UInt32(tensor.dimensions.count))
      for dimension in tensor.dimensions { bytes.append(dimension) }
      bytes.append(tensor.type)
      bytes.append(tensor.offset)
    }
    bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment)
    return bytes + data
  }

  /// Returns a builder changed by `change`.
  static func changed(_ change: (inout GGUFBuilder) -> Void) -> [UInt8] {
    var builder = GGUFBuilder()
    change(&builder)
    return builder.bytes
  }
}
