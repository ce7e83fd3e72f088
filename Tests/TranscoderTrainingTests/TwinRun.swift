import Foundation
import LinearAlgebra
import TranscoderTraining

/// A fixture: a run of `make_training_fixtures.py`, which PyTorch trained.
struct TwinRun: Decodable {
  struct Layer: Decodable {
    var encoder: [[Float]]
    var encoderBias: [Float]
    var threshold: [Float]
    var decoder: [[Float]]
    var decoderBias: [Float]
    var skip: [[Float]]
    var density: [Float]
    var span: Int
  }

  struct Settings: Decodable {
    var kind, activation: String
    var features, k, tokens, batch, roundTokens, auxiliaryK, densityTokens: Int
    var learningRate, warmUp, decay, gradientClip, sparsity, sparsitySlope, preActivation: Float
    var annealFrom, annealOver, auxiliaryWeight, deadDensity, outlier: Float
    var skip: Bool
  }

  struct Parts: Decodable { var reconstruction, sparsity, preActivation, auxiliary: Double }

  var configuration: Settings
  var bandwidth: Float
  var inputs: [[[Float]]]
  var outputs: [[[Float]]]
  var start: [Layer]
  var end: [Layer]
  var steps: [Parts]

  static func read(_ name: String) throws -> TwinRun {
    guard let path = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
    return try JSONDecoder().decode(
      TwinRun.self, from: Data(contentsOf: URL(filePath: path + "/Fixtures/" + name + ".json")))
  }

  var training: TrainingConfiguration {
    var result = TrainingConfiguration()
    let given = configuration
    result.kind = given.kind == "clt" ? .crossLayer : .perLayer
    result.activation = .init(rawValue: given.activation) ?? .relu
    (result.features, result.k, result.tokens) = (given.features, given.k, given.tokens)
    (result.batch, result.roundTokens, result.auxiliaryK) = (given.batch, given.roundTokens, given.auxiliaryK)
    (result.densityTokens, result.learningRate) = (given.densityTokens, given.learningRate)
    (result.warmUp, result.decay, result.gradientClip) = (given.warmUp, given.decay, given.gradientClip)
    (result.sparsity, result.sparsitySlope) = (given.sparsity, given.sparsitySlope)
    (result.preActivation, result.annealFrom) = (given.preActivation, given.annealFrom)
    (result.annealOver, result.auxiliaryWeight) = (given.annealOver, given.auxiliaryWeight)
    (result.deadDensity, result.outlier, result.skip) = (given.deadDensity, given.outlier, given.skip)
    return result
  }

  var batch: FixedBatch { FixedBatch(inputs: inputs.map(Matrix.init), outputs: outputs.map(Matrix.init)) }

  var layers: [LayerState] { start.map { $0.state(bandwidth: bandwidth) } }
}

extension TwinRun.Layer {
  func state(bandwidth: Float) -> LayerState {
    var state = LayerState(
      encoder: Matrix(encoder), threshold: 0, decoder: Matrix(decoder), span: span, bandwidth: bandwidth,
      hasSkip: true, density: 0)
    state.density = density
    state.parameters = parameters
    return state
  }

  var parameters: [Matrix] {
    [
      Matrix(encoder), Matrix([encoderBias]), Matrix([threshold]), Matrix(decoder), Matrix([decoderBias]),
      Matrix(skip),
    ]
  }
}

extension Matrix {
  init(_ rows: [[Float]]) {
    self.init(rows: rows.count, columns: rows[0].count, storage: rows.flatMap { $0 })
  }
}
