/// Makes zip archives of numpy arrays for tests, right or wrong.
struct NumpyBuilder {
  struct Array {
    var name = "a.npy"
    var description = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
    var version: UInt8 = 1
    var values: [UInt8] = (0..<6).flatMap { Float($0).littleEndianBytes }
    var method: UInt16 = 0
    var flags: UInt16 = 0
    /// What the directory says instead of the truth.
    var packedSize: UInt32?
    var size: UInt32?
    var offset: UInt32?
    var extra: [UInt8] = []
    /// The member's bytes instead of a head and the values.
    var raw: [UInt8]?

    var bytes: [UInt8] {
      if let raw { return raw }
      var text = Swift.Array(description.utf8)
      text += [UInt8](repeating: 0x20, count: (64 - (11 + text.count) % 64) % 64) + [0x0A]
      var head: [UInt8] = [0x93] + Swift.Array("NUMPY".utf8) + [version, 0]
      if version == 1 { head.append(UInt16(text.count)) } else { head.append(UInt32(text.count)) }
      return head + text + values
    }
  }

  var arrays = [Array(), Array(name: "b.npy")]
  var comment: [UInt8] = []
  var count: UInt16?
  var directoryOffset: UInt32?

  /// The whole file.
  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for array in arrays {
      let (bytes, offset) = (array.bytes, UInt32(file.count))
      file.append(0x0403_4b50 as UInt32)
      file += Self.fields(array, bytes)
      file.append(0 as UInt16)
      file += Swift.Array(array.name.utf8) + bytes
      directory.append(0x0201_4b50 as UInt32)
      directory.append(20 as UInt16)
      directory += Self.fields(array, bytes)
      directory.append(UInt16(array.extra.count))
      directory += [UInt8](repeating: 0, count: 10)
      directory.append(array.offset ?? offset)
      directory += Swift.Array(array.name.utf8) + array.extra
    }
    let start = UInt32(file.count)
    file += directory
    file.append(0x0605_4b50 as UInt32)
    file.append(0 as UInt32)
    for _ in 0..<2 { file.append(count ?? UInt16(arrays.count)) }
    file.append(UInt32(directory.count))
    file.append(directoryOffset ?? start)
    file.append(UInt16(comment.count))
    return file + comment
  }

  /// Version, flags, method, time, checksum, sizes and the name's length, as both headers have them.
  private static func fields(_ array: Array, _ bytes: [UInt8]) -> [UInt8] {
    var fields: [UInt8] = []
    fields.append(20 as UInt16)
    fields.append(array.flags)
    fields.append(array.method)
    fields.append(0 as UInt32)
    fields.append(0 as UInt32)
    fields.append(array.packedSize ?? UInt32(bytes.count))
    fields.append(array.size ?? UInt32(bytes.count))
    fields.append(UInt16(array.name.utf8.count))
    return fields
  }

  /// Returns a builder's bytes after `change` to its first array.
  static func changed(_ change: (inout Array) -> Void) -> [UInt8] {
    var builder = NumpyBuilder()
    change(&builder.arrays[0])
    return builder.bytes
  }
}

extension Float {
  fileprivate var littleEndianBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bitPattern)
    return bytes
  }
}
