public import LinearAlgebra
public import ModelFiles

/// The tensors of a golden file.
public struct GoldenTensors: Sendable {
  /// The file.
  public let file: SafetensorsFile

  /// Reads from a file.
  public init(file: SafetensorsFile) { self.file = file }

  /// Returns a tensor's numbers, row after row.
  public func floats(_ name: String) throws -> [Float] { try file.tensor(name).floats() }

  /// Returns a tensor's whole numbers, row after row.
  public func integers(_ name: String) throws -> [Int] { try file.tensor(name).integers() }

  /// Returns a tensor's shape.
  public func shape(_ name: String) throws -> [Int] { try file.tensor(name).shape }

  /// Returns a `[rows, columns]` tensor.
  public func matrix(_ name: String) throws -> Matrix { try file.tensor(name).foldedMatrix().widened() }

  /// Returns the matrices that are stacked in a `[layers, rows, columns]` tensor.
  public func matrices(_ name: String) throws -> [Matrix] {
    let all = try matrix(name)
    let rows = try shape(name).dropFirst().dropLast().reduce(1, *)
    return stride(from: 0, to: all.rows, by: max(rows, 1)).map { all[rows: $0..<$0 + rows] }
  }
}
