import LinearAlgebra

/// Writes a safetensors file piece by piece: all tensors are declared first, then filled in any order, then
/// the file appears, whole, at its path.
///
/// The same declarations, metadata and numbers give the same bytes, whatever the order of declaring and
/// filling: in the file the widest elements come first, and names in order, so that every tensor is aligned.
public struct SafetensorsWriter: ~Copyable {
  /// A tensor to be written.
  public struct Declaration: Sendable {
    /// The tensor's name.
    public let name: String
    /// What the elements are; any type but the quantised ones.
    public let type: TensorType
    /// The lengths of the dimensions, the outermost first.
    public let shape: [Int]

    /// Declares a tensor of `shape`.
    public init(_ name: String, _ type: TensorType, _ shape: [Int]) {
      precondition(TensorType(safetensors: type.name) == type, "\(type.name) in a safetensors file")
      precondition(type.byteCount(shape: shape) != nil, "\(shape) \(type.name)")
      precondition(name != "__metadata__", "a tensor named __metadata__")
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  private struct Slot {
    let type: TensorType
    var next: Int
    let end: Int
  }

  private let file: TemporaryFile
  private var slots: [String: Slot]

  /// Starts a file that shall appear at `path` with these tensors, whose names differ.
  ///
  /// Throws when the folder is missing or read-only, or the disk is full.
  public init(
    path: String, declaring declarations: [Declaration], metadata: [String: String] = [:]
  ) throws(ModelFileError) {
    let layout = SafetensorsLayout(declarations, metadata: metadata)
    var slots: [String: Slot] = [:]
    for (declaration, range) in layout.places {
      precondition(slots[declaration.name] == nil, "tensor \(declaration.name) is declared twice")
      slots[declaration.name] = Slot(type: declaration.type, next: range.lowerBound, end: range.upperBound)
    }
    let file = try TemporaryFile.create(beside: path)
    try file.write(layout.header, at: 0)
    self.file = file
    self.slots = slots
  }

  /// Appends floats to what the tensor `name`, declared as floats, already has; they are rounded to its type,
  /// ties to even.
  public mutating func append(floats values: [Float], to name: String) throws(ModelFileError) {
    switch slots[name]?.type {
    case .float(.f32): try append(values, to: name) { $0.bitPattern }
    case .float(.f16): try append(values, to: name) { $0.halfBits }
    case .float(.bf16): try append(values, to: name) { $0.bfloat16Bits }
    case .float64: try append(values, to: name) { Double($0).bitPattern }
    case let type: preconditionFailure("floats for tensor \(name), declared as \(type?.name ?? "nothing")")
    }
  }

  /// Appends integers to what the tensor `name`, declared as whole numbers, already has; each must fit its
  /// type.
  public mutating func append(integers values: [Int], to name: String) throws(ModelFileError) {
    guard case .integer(let format) = slots[name]?.type else {
      preconditionFailure("integers for tensor \(name), declared as \(slots[name]?.type.name ?? "nothing")")
    }
    switch format {
    case .i8: try append(values, to: name) { Int8($0) }
    case .i16: try append(values, to: name) { Int16($0) }
    case .i32: try append(values, to: name) { Int32($0) }
    case .i64: try append(values, to: name) { Int64($0) }
    case .u8: try append(values, to: name) { UInt8($0) }
    case .u16: try append(values, to: name) { UInt16($0) }
    case .u32: try append(values, to: name) { UInt32($0) }
    case .u64: try append(values, to: name) { UInt64($0) }
    case .bool:
      precondition(
        values.allSatisfy { $0 == 0 || $0 == 1 }, "a boolean other than 0 and 1 for tensor \(name)")
      try append(values, to: name) { UInt8($0) }
    }
  }

  /// Puts the file in its place; every tensor must be complete.
  public consuming func finish() throws(ModelFileError) {
    for (name, slot) in slots {
      precondition(slot.next == slot.end, "tensor \(name) lacks \(slot.end - slot.next) bytes")
    }
    try file.finish()
  }

  /// Writes the little-endian `code` of each value, a piece at a time so that little is held twice.
  private mutating func append<Value, Code: FixedWidthInteger>(
    _ values: [Value], to name: String, _ code: (Value) -> Code
  ) throws(ModelFileError) {
    guard var slot = slots[name] else { preconditionFailure("tensor \(name) was not declared") }
    let width = MemoryLayout<Code>.size
    precondition(
      values.count <= (slot.end - slot.next) / width,
      "\(values.count) values for tensor \(name), which has room for \((slot.end - slot.next) / width)")
    for start in stride(from: 0, to: values.count, by: 1 << 16) {
      let piece = values[start..<min(start + 1 << 16, values.count)]
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: piece.count * width) { buffer, count in
        let raw = UnsafeMutableRawBufferPointer(buffer)
        for value in piece {
          unsafe raw.storeBytes(of: code(value).littleEndian, toByteOffset: count, as: Code.self)
          count += width
        }
      }
      try file.write(bytes, at: slot.next)
      slot.next += bytes.count
    }
    slots[name] = slot
  }
}
