import Foundation
import LinearAlgebra
import ModelFiles

/// Where a run keeps its state: one file, replaced as a whole.
struct TransformerCheckpoint: Sendable {
  let folder: String

  private var file: String { folder + "/state.safetensors" }

  /// Whether there is one.
  var exists: Bool { FileManager.default.fileExists(atPath: file) }

  /// What of a state is not tensors.
  private struct Remainder: Codable {
    var settings: TransformerTrainingSettings
    var step: Int
    var tokens: Int
  }

  /// Writes a state beside the last one, then puts it in its place.
  func save(_ state: OptimizationState) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let remainder = Remainder(
      settings: state.parameters.settings, step: state.step, tokens: state.tokens)
    let text = String(decoding: try encoder.encode(remainder), as: UTF8.self)
    let matrices = state.parameters.matrices
    // The writer keeps the old file until the new one is whole and on the disk.
    var writer = try SafetensorsWriter(
      path: file,
      declaring: matrices.enumerated().flatMap { index, matrix in
        TransformerCheckpoint.names(index).map {
          SafetensorsWriter.Declaration($0, .float(.f32), [matrix.rows, matrix.columns])
        }
      }, metadata: ["state": text])
    for (index, matrix) in matrices.enumerated() {
      let moments = state.moments[index]
      for (name, numbers) in zip(
        TransformerCheckpoint.names(index), [matrix, moments.first, moments.second])
      {
        try writer.append(floats: numbers.storage, to: name)
      }
    }
    try writer.finish()
  }

  /// The names of a matrix and of Adam's two means.
  private static func names(_ index: Int) -> [String] { ["\(index)", "\(index).m", "\(index).v"] }

  /// Reads the state of a run of these settings back.
  ///
  /// - Throws: `TransformerTrainingError.badCheckpoint`.
  func load(_ settings: TransformerTrainingSettings) throws(TransformerTrainingError) -> OptimizationState {
    do {
      return try read(settings)
    } catch let error as TransformerTrainingError {
      throw error
    } catch {
      throw .badCheckpoint(
        path: folder, problem: "its file is damaged or incomplete; remove the folder and start again")
    }
  }

  private func read(_ settings: TransformerTrainingSettings) throws -> OptimizationState {
    let archive = try SafetensorsFile(path: file)
    let decoder = JSONDecoder()
    guard let text = archive.metadata["state"],
      let remainder = try? decoder.decode(Remainder.self, from: Data(text.utf8)), remainder.step >= 0
    else {
      throw TransformerTrainingError.badCheckpoint(
        path: folder, problem: "it lacks the state of a run; remove the folder and start again")
    }
    guard remainder.settings == settings else {
      throw TransformerTrainingError.badCheckpoint(
        path: folder, problem: "its run had other settings; use those, or train in another folder")
    }
    var state = OptimizationState(TransformerParameters(zeros: settings))
    (state.step, state.tokens) = (remainder.step, remainder.tokens)
    for (index, matrix) in state.parameters.matrices.enumerated() {
      let read = try TransformerCheckpoint.names(index).map { name in
        Matrix(
          rows: matrix.rows, columns: matrix.columns,
          storage: try archive.tensor(name, shape: [matrix.rows, matrix.columns]).floats())
      }
      state.parameters.matrices[index] = read[0]
      state.moments[index] = AdamMoments(
        first: read[1], second: read[2],
        touched: Array(
          repeating: state.step > 0 ? state.step : -AdamMoments.restSteps, count: matrix.rows))
    }
    return state
  }
}
