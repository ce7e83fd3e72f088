public import LinearAlgebra

/// A named tensor of a model's file; its bytes stay where they are.
public struct StoredTensor: Sendable {
  /// The tensor's name in the file.
  public let name: String
  /// The lengths of the dimensions, row-major: the outermost first, the contiguous one last.
  public let shape: [Int]
  /// What the elements are.
  public let type: TensorType
  /// The elements, in place.
  public let bytes: StoredBytes
  /// The path of the file, for messages.
  public let file: String

  /// Wraps `bytes`, which must hold exactly the elements of `shape`; `file` names their origin in messages.
  public init(name: String, shape: [Int], type: TensorType, bytes: StoredBytes, file: String) {
    precondition(
      type.byteCount(shape: shape) == bytes.count, "\(shape) \(type.name) in \(bytes.count) bytes")
    self.name = name
    self.shape = shape
    self.type = type
    self.bytes = bytes
    self.file = file
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Returns a `[rows, columns]` tensor as a matrix that shares the bytes; a vector becomes one row.
  ///
  /// Throws when the tensor has another number of dimensions, or does not hold floats of an
  /// ``ElementFormat``.
  public func matrix() throws(ModelFileError) -> StoredMatrix {
    guard shape.count == 1 || shape.count == 2 else { throw mismatch("a matrix or a vector") }
    return try foldedMatrix()
  }

  /// Returns a tensor of one or more dimensions as a matrix whose rows are its innermost vectors, sharing the
  /// bytes: `[a, b, c]` becomes `[a * b, c]`.
  ///
  /// Throws when the tensor is a single number, or does not hold floats of an ``ElementFormat``.
  public func foldedMatrix() throws(ModelFileError) -> StoredMatrix {
    guard let columns = shape.last else { throw mismatch("a tensor with rows") }
    guard case .float(let format) = type else { throw mismatch("floats of at most 32 bits") }
    let rows = shape.dropLast().reduce(1, *)
    return StoredMatrix(rows: rows, columns: columns, format: format, bytes: bytes)
  }

  /// Returns the error that the tensor is not `wanted`.
  func mismatch(_ wanted: String) -> ModelFileError {
    .wrongTensor(path: file, name: name, found: "\(shape) \(type.name)", wanted: wanted)
  }
}
