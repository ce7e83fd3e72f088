import Foundation
import LinearAlgebra
import ModelFiles

/// What every format takes from the file of one layer, checked.
extension TensorArchive {
  /// Returns the numbers of a vector, all of which must be numbers.
  func numbers(_ name: String, count: Int) throws -> [Float] {
    let tensor = try tensor(name, shape: [count])
    let values = try tensor.floats()
    guard !values.contains(where: \.isNaN) else {
      throw TranscoderError.invalidConfiguration(
        path: tensor.file, problem: "its \(name) holds something that is not a number")
    }
    return values
  }

  /// Returns a vector, empty when there is none.
  func numbersIfPresent(_ name: String, count: Int) throws -> [Float] {
    contains(name) ? try numbers(name, count: count) : []
  }

  /// Returns the thresholds of a JumpReLU whose activation is max(h, 0) where h > threshold: one below 0 acts as 0.
  func rectifiedThresholds(_ name: String, count: Int) throws -> [Float] {
    try numbers(name, count: count).map { max($0, 0) }
  }

  /// Returns an encoder that is stored `[dModel, features]`.
  func encoder(byInput name: String) throws -> FeatureEncoder {
    let tensor = try tensor(name)
    let weights = try tensor.matrix()
    guard tensor.shape.count == 2 else {
      throw TranscoderError.invalidConfiguration(path: tensor.file, problem: "its \(name) is no matrix")
    }
    return FeatureEncoder(weights, byInput: true)
  }

  /// Returns a matrix of the decoder's shape.
  func decoder(_ name: String, for encoder: FeatureEncoder) throws -> StoredMatrix {
    try tensor(name, shape: [encoder.featureCount, encoder.width]).matrix()
  }

  /// Returns a linear map beside the features, stored by (output, input), or nil when there is none.
  func skip(byOutput name: String, width: Int) throws -> StoredMatrix? {
    contains(name) ? try tensor(name, shape: [width, width]).matrix() : nil
  }

  /// Returns a linear map beside the features, stored by (input, output) and turned, or nil when there is none.
  func skip(byInput name: String, width: Int) throws -> StoredMatrix? {
    try skip(byOutput: name, width: width)?.transposed()
  }
}

extension TranscoderSet {
  /// Checks that the layers of one set agree: the same width, thresholds in all or in none, and no writing behind the last.
  static func checked(_ transcoders: [Transcoder], path: String) throws -> [Transcoder] {
    func invalid(_ problem: String) -> TranscoderError { .invalidConfiguration(path: path, problem: problem) }
    guard Set(transcoders.map(\.encoder.width)).count <= 1 else {
      throw invalid("its layers are of different widths")
    }
    guard Set(transcoders.map(\.thresholds.isEmpty)).count <= 1 else {
      throw invalid("some of its layers have thresholds, others none")
    }
    for (layer, transcoder) in transcoders.enumerated() where layer + transcoder.span > transcoders.count {
      throw invalid(
        "layer \(layer) writes to \(transcoder.span) layers, but there are \(transcoders.count - layer) from there"
      )
    }
    return transcoders
  }

  /// Reads a file of JSON.
  static func json<Value: Decodable>(_ type: Value.Type, at path: String) throws -> Value {
    let data = try MappedFile.contents(path, atMost: 1 << 20)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let DecodingError.keyNotFound(key, _) {
      throw TranscoderError.invalidConfiguration(path: path, problem: "it lacks '\(key.stringValue)'")
    } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context) {
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw TranscoderError.invalidConfiguration(
        path: path, problem: "\(quoted(key)) is of the wrong type")
    } catch {
      throw TranscoderError.invalidConfiguration(path: path, problem: "it is not valid JSON")
    }
  }
}
