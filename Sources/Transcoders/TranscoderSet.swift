public import LinearAlgebra

/// The transcoder of one layer: its features, and the decoders with which they write here and later.
public struct Transcoder: Sendable {
  /// The features' read vectors.
  public var encoder: FeatureEncoder
  /// `[features]`.
  public var encoderBias: [Float]
  /// The thresholds of JumpReLU, `[features]`; empty for other activation functions.
  public var thresholds: [Float]
  /// Write vectors for this layer and those behind it: element j, `[features, dModel]`, is written j layers on.
  public var decoders: [StoredMatrix]
  /// `[dModel]`.
  public var decoderBias: [Float]
  /// The linear map beside the features, `[dModel, dModel]` by (output, input), or nil for none.
  public var skip: StoredMatrix?

  /// Makes a transcoder; the shapes must agree.
  public init(
    encoder: FeatureEncoder, encoderBias: [Float], thresholds: [Float] = [], decoders: [StoredMatrix],
    decoderBias: [Float], skip: StoredMatrix? = nil
  ) {
    let (features, width) = (encoder.featureCount, encoder.width)
    precondition(
      encoderBias.count == features && decoderBias.count == width && !decoders.isEmpty
        && decoders.allSatisfy { $0.rows == features && $0.columns == width },
      "encoder [\(features), \(width)], decoders \(decoders.map { [$0.rows, $0.columns] })")
    self.encoder = encoder
    self.encoderBias = encoderBias
    self.thresholds = thresholds
    self.decoders = decoders
    self.decoderBias = decoderBias
    self.skip = skip
  }

  /// Makes a transcoder whose decoders lie in one matrix, `[features · span, dModel]`: row `f · span + j` is what feature f
  /// writes j layers on.
  public init(
    encoder: StoredMatrix, encoderBias: [Float], thresholds: [Float] = [], decoder: StoredMatrix,
    span: Int = 1, decoderBias: [Float], skip: StoredMatrix? = nil
  ) {
    self.init(
      encoder: FeatureEncoder(encoder), encoderBias: encoderBias, thresholds: thresholds,
      decoders: (0..<span).map { decoder.everyRow(from: $0, by: span) }, decoderBias: decoderBias, skip: skip)
  }

  /// The number of features.
  public var featureCount: Int { encoder.featureCount }

  /// How many layers a feature writes to, its own the first.
  public var span: Int { decoders.count }
}

/// A transcoder for each layer of a model: per-layer when every span is 1, cross-layer otherwise.
public struct TranscoderSet: FeatureBasis {
  /// What the set calls itself; the id of its feature dashboards.
  public var name: String
  /// The model that the set was made for, as its file says.
  public var modelName: String?
  /// Where features read.
  public var input: FeatureInput
  /// What features reconstruct.
  public var output: FeatureOutput
  /// What turns pre-activations into activations.
  public var activation: ActivationFunction
  /// The transcoders, from the first layer to the last.
  public var transcoders: [Transcoder]

  /// Makes a set.
  public init(
    name: String, modelName: String? = nil, input: FeatureInput, output: FeatureOutput,
    activation: ActivationFunction, transcoders: [Transcoder]
  ) {
    self.name = name
    self.modelName = modelName
    self.input = input
    self.output = output
    self.activation = activation
    self.transcoders = transcoders
  }

  /// The number of layers.
  public var layerCount: Int { transcoders.count }

  /// Whether features write to later layers too.
  public var isCrossLayer: Bool { transcoders.contains { $0.span > 1 } }

  /// Returns a layer's pre-activations, `[positions, features]`.
  public func preActivations(layer: Int, input: Matrix, _ workers: Workers) -> Matrix {
    var pre = transcoders[layer].encoder.products(input, workers)
    pre.add(toEveryRow: transcoders[layer].encoderBias)
    return pre
  }

  /// Returns the features that are active on a prompt, except at position 0.
  public func activations(inputs: [Matrix], _ workers: Workers) -> FeatureActivations {
    precondition(inputs.count == layerCount, "\(inputs.count) inputs for \(layerCount) layers")
    var sites: [FeatureSite] = []
    var values: [Float] = []
    for (layer, input) in inputs.enumerated() {
      let pre = preActivations(layer: layer, input: input, workers)
      // From here on only the rows of active features are read.
      transcoders[layer].encoder.weights.releasePages()
      for position in stride(from: 1, to: input.rows, by: 1) {
        for (index, value) in activation.active(pre[row: position], thresholds: transcoders[layer].thresholds)
        {
          sites.append(FeatureSite(layer: layer, position: position, index: index))
          values.append(value)
        }
      }
    }
    return FeatureActivations(
      layerCount: layerCount, positionCount: inputs.first?.rows ?? 0, sites: sites, values: values)
  }

  /// Returns the activations of some features, `[positions, indices]`, for what the input place holds.
  public func activations(layer: Int, of indices: [Int], input: Matrix, _ workers: Workers) -> Matrix {
    let transcoder = transcoders[layer]
    // Which features are among the k largest, only all of them together tell.
    if activation.isRanked {
      let pre = preActivations(layer: layer, input: input, workers)
      return activated(pre, thresholds: []).picking(columns: indices)
    }
    var pre = input.times(transposed: transcoder.encoder.readVectors(indices), workers)
    pre.add(toEveryRow: indices.map { transcoder.encoderBias[$0] })
    return activated(
      pre, thresholds: indices.compactMap { transcoder.thresholds.isEmpty ? nil : transcoder.thresholds[$0] })
  }

  private func activated(_ pre: Matrix, thresholds: [Float]) -> Matrix {
    var result = Matrix(rows: pre.rows, columns: pre.columns)
    for row in 0..<pre.rows {
      for (index, value) in activation.active(pre[row: row], thresholds: thresholds) {
        result[row, index] = value
      }
    }
    return result
  }

  /// Returns encoder rows.
  public func readVectors(layer: Int, sites: ArraySlice<FeatureSite>) -> Matrix {
    transcoders[layer].encoder.readVectors(sites.map(\.index))
  }

  /// Returns a feature's encoder bias.
  public func readBias(_ site: FeatureSite) -> Float { transcoders[site.layer].encoderBias[site.index] }

  /// Returns decoder rows, read in place.
  public func writeVectors(layer: Int, outputLayer: Int) -> StoredMatrix? {
    let transcoder = transcoders[layer]
    guard outputLayer >= layer, outputLayer < layer + transcoder.span else { return nil }
    return transcoder.decoders[outputLayer - layer]
  }

  /// Returns the feature's index.
  public func writeRow(layer: Int, index: Int) -> Int { index }

  /// Returns the decoder bias.
  public func outputBias(layer: Int) -> [Float]? { transcoders[layer].decoderBias }

  /// Returns the skip connection, where there is one.
  public func skip(layer: Int) -> StoredMatrix? { transcoders[layer].skip }
}
