import LinearAlgebra

/// Where the parts of a safetensors file that is to be written lie, and its header.
struct SafetensorsLayout {
  /// The length of the header, and the header: JSON padded with spaces, so that the data starts at a multiple
  /// of 8.
  let header: [UInt8]
  /// Every tensor with its bytes in the file, in the file's order.
  let places: [(SafetensorsWriter.Declaration, Range<Int>)]

  /// Lays out the tensors: the widest elements first, and names in order.
  init(_ declarations: [SafetensorsWriter.Declaration], metadata: [String: String]) {
    let ordered = declarations.sorted {
      ($1.type.bytesPerBlock, $0.name) < ($0.type.bytesPerBlock, $1.name)
    }
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(json($0.key)):\(json($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    var ranges: [Range<Int>] = []
    for declaration in ordered {
      let end = offset + (declaration.type.byteCount(shape: declaration.shape) ?? 0)
      ranges.append(offset..<end)
      members.append(Self.member(declaration, offset..<end))
      offset = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    precondition(text.count <= SafetensorsHeader.longest, "a header of \(text.count) bytes")
    header = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
    let data = header.count
    places = zip(ordered, ranges).map { ($0, data + $1.lowerBound..<data + $1.upperBound) }
  }

  private static func member(_ tensor: SafetensorsWriter.Declaration, _ range: Range<Int>) -> String {
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    return "\(json(tensor.name)):{\"dtype\":\"\(tensor.type.name)\",\"shape\":[\(shape)],"
      + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}"
  }
}

/// Returns `text` as a JSON string.
private func json(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\0"..<" ":
      let code = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - code.count) + code
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
