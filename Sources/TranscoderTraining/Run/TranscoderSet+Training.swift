package import LinearAlgebra
import Transcoders

extension LayerState {
  /// The thresholds of the finished transcoder: learned ones as they are; for the top-k kinds the one above which `k`
  /// features a position are active on the average over `inputs`.
  package func finalThresholds(
    _ inputs: Matrix, _ configuration: TrainingConfiguration, _ workers: Workers
  ) -> [Float] {
    if let known = knownThresholds(configuration) { return known }
    let found = CalibratedSelection(
      inputs, encoder: self[.encoder], bias: self[.encoderBias].storage, k: configuration.k, workers)
    return thresholds.map { _ in found.threshold }
  }

  /// The thresholds of the finished transcoder where it takes no inputs to find them; else nil.
  func knownThresholds(_ configuration: TrainingConfiguration) -> [Float]? {
    switch configuration.activation {
    case .jumprelu: thresholds
    case .relu: thresholds.map { _ in 0 }
    case .batchtopk where configuration.stage == .kl && batchThreshold > 0:
      // What the features read in the replacement model counted for it too.
      thresholds.map { _ in batchThreshold }
    case .batchtopk, .topk: nil
    }
  }
}

extension TranscoderSet {
  /// Folds the sizes of the activations into the weights, so that the set reads and gives what the model does.
  ///
  /// With x' = (x − μ)/s and y' = (y − ν)/t: W_enc = W'/s, b_enc = b' − W'μ/s; W_dec = t·W', b_dec = t·b' + ν; skip
  /// t·S'/s, of which −t·S'μ/s goes to b_dec. Thresholds stay.
  init(folding state: TrainingState, thresholds: [[Float]], name: String, modelName: String?) {
    let configuration = state.configuration
    let transcoders = state.layers.indices.map { index in
      TranscoderSet.fold(state.layers[index], at: index, state.scales, thresholds[index])
    }
    self.init(
      name: name, modelName: modelName, input: FeatureInput(rawValue: configuration.input) ?? .mlpIn,
      output: FeatureOutput(rawValue: configuration.output) ?? .mlpOut, activation: .jumpReLU,
      transcoders: transcoders)
  }

  private static func fold(
    _ layer: LayerState, at index: Int, _ scales: [LayerScale], _ thresholds: [Float]
  ) -> Transcoder {
    let scale = scales[index]
    var encoder = layer[.encoder]
    encoder.scale(by: 1 / scale.inputScale)
    let means = (0..<encoder.rows).map { dot(encoder[row: $0], scale.inputMean[...]) }
    var decoder = layer[.decoder]
    decoder.scaleRows(
      by: (0..<decoder.rows).map { scales[index + $0 % layer.span].outputScale })
    var bias = zip(layer[.decoderBias].storage, scale.outputMean).map { $0 * scale.outputScale + $1 }
    var skip: Matrix?
    if layer[.skip].rows > 0 {
      var map = layer[.skip]
      map.scale(by: scale.outputScale / scale.inputScale)
      bias = bias.indices.map { bias[$0] - dot(map[row: $0], scale.inputMean[...]) }
      skip = map
    }
    return Transcoder(
      encoder: StoredMatrix(encoder), encoderBias: zip(layer[.encoderBias].storage, means).map { $0 - $1 },
      thresholds: thresholds, decoder: StoredMatrix(decoder), span: layer.span, decoderBias: bias,
      skip: skip.map { StoredMatrix($0) })
  }
}

extension TranscoderSet {
  /// Returns the layers that fold back into this set: what training begins with from a finished one.
  ///
  /// A set may have more features than `configuration` asks for: ``LayerState/narrowed(to:over:_:)`` leaves the least out.
  func unfolded(_ configuration: TrainingConfiguration, _ scales: [LayerScale]) throws(TrainingError)
    -> [LayerState]
  {
    let problem: String? =
      if layerCount != scales.count {
        "it has \(layerCount) layers, the model \(scales.count)"
      } else if input.rawValue != configuration.input || output.rawValue != configuration.output {
        "it reads \(input.rawValue) and gives \(output.rawValue); say so with input and output"
      } else if let odd = transcoders.indices.first(where: { !fits($0, configuration, scales) }) {
        "layer \(odd) has \(transcoders[odd].featureCount) features of width \(transcoders[odd].encoder.width) that write to \(transcoders[odd].span) layers; the run asks for others, or for more"
      } else {
        nil
      }
    if let problem { throw .badCheckpoint(path: name, problem: problem) }
    return scales.indices.map { unfold($0, configuration, scales) }
  }

  private func fits(_ index: Int, _ configuration: TrainingConfiguration, _ scales: [LayerScale]) -> Bool {
    let transcoder = transcoders[index]
    return transcoder.featureCount >= configuration.features
      && transcoder.span == configuration.span(layer: index, layerCount: layerCount)
      && transcoder.encoder.width == scales[index].inputMean.count
  }

  private func unfold(_ index: Int, _ configuration: TrainingConfiguration, _ scales: [LayerScale])
    -> LayerState
  {
    let (transcoder, scale) = (transcoders[index], scales[index])
    var encoder = transcoder.encoder.readVectors(Array(0..<transcoder.featureCount))
    let shifts = (0..<encoder.rows).map { dot(encoder[row: $0], scale.inputMean[...]) }
    encoder.scale(by: scale.inputScale)
    var decoder = transcoder.interleavedDecoders()
    decoder.scaleRows(
      by: (0..<decoder.rows).map { 1 / scales[index + $0 % transcoder.span].outputScale })
    let thresholds = transcoder.thresholds.isEmpty ? shifts.map { _ in 0 } : transcoder.thresholds
    let usual = Float(Double.total(thresholds) / Double(thresholds.count))
    var state = LayerState(
      encoder: encoder, threshold: 0, decoder: decoder, span: transcoder.span,
      bandwidth: configuration.bandwidth * max(usual, 1e-3), hasSkip: configuration.skip,
      density: Float(configuration.k) / Float(configuration.features))
    state.lookBound = 0.7 * usual
    let row = { (values: [Float]) in Matrix(rows: 1, columns: values.count, storage: values) }
    state.parameters[LayerState.Part.encoderBias.rawValue] = row(
      zip(transcoder.encoderBias, shifts).map { $0 + $1 })
    state.parameters[LayerState.Part.threshold.rawValue] = row(thresholds)
    var bias = zip(transcoder.decoderBias, scale.outputMean).map { ($0 - $1) / scale.outputScale }
    if configuration.skip, var map = transcoder.skip?.widened() {
      bias = bias.indices.map { bias[$0] + dot(map[row: $0], scale.inputMean[...]) / scale.outputScale }
      map.scale(by: scale.inputScale / scale.outputScale)
      state.parameters[LayerState.Part.skip.rawValue] = map
    }
    state.parameters[LayerState.Part.decoderBias.rawValue] = row(bias)
    return state
  }
}

extension Transcoder {
  /// The decoders in one matrix, `[features · span, width]`: row `f · span + j` writes j layers on.
  fileprivate func interleavedDecoders() -> Matrix {
    let parts = decoders.map { $0.widened() }
    guard parts.count > 1 else { return parts[0] }
    var rows: [Float] = []
    rows.reserveCapacity(featureCount * span * encoder.width)
    for feature in 0..<featureCount { for part in parts { rows += part[row: feature] } }
    return Matrix(rows: featureCount * span, columns: encoder.width, storage: rows)
  }
}
