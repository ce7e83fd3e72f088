/// Something from which tensors can be taken by name: one file, or a folder of files.
public protocol TensorArchive: Sendable {
  /// The names of all tensors, in the order in which the files list them.
  var tensorNames: [String] { get }

  /// Returns whether there is a tensor of this name.
  func contains(_ name: String) -> Bool

  /// Returns the tensor of this name, its bytes in place.
  ///
  /// Throws ``ModelFileError/missingTensor(path:name:nearest:)``, with the nearest names, when there is none.
  func tensor(_ name: String) throws(ModelFileError) -> StoredTensor
}

extension TensorArchive {
  /// Returns the tensor of this name, which must have exactly this shape (outermost dimension first).
  public func tensor(_ name: String, shape: [Int]) throws(ModelFileError) -> StoredTensor {
    let tensor = try tensor(name)
    guard tensor.shape == shape else { throw tensor.mismatch("of shape \(shape)") }
    return tensor
  }
}
