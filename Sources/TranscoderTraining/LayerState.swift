package import LinearAlgebra

/// The parameters of one layer's transcoder, and what training remembers of them.
package struct LayerState: Sendable, Equatable {
  /// What a matrix of parameters is.
  package enum Part: Int, CaseIterable {
    /// `[features, width]`.
    case encoder
    /// `[1, features]`.
    case encoderBias
    /// `[1, features]`.
    case threshold
    /// `[features · span, width]`: row `f · span + j` writes j layers on.
    case decoder
    /// `[1, width]`.
    case decoderBias
    /// `[width, width]` by (output, input), or no rows.
    case skip

    /// Whether it is a large matrix, which may be kept as bfloat16 numbers.
    var isWeights: Bool { self == .encoder || self == .decoder || self == .skip }
  }

  /// How many layers features write to.
  package let span: Int
  /// The parameters, one matrix for each ``Part``.
  package var parameters: [Matrix]
  /// Adam's memory of them.
  package var moments: [AdamMoments]
  /// How often each feature was active of late.
  package var density: [Float]
  /// Pre-activations below it need no look in batch top-k.
  package var lookBound: Float = 0
  /// The threshold that batch top-k uses on the average; what it becomes as JumpReLU.
  package var batchThreshold: Float = 0
  /// The width around thresholds in which they get a gradient.
  package var bandwidth: Float

  /// Makes the state of parameters that have not been trained.
  package init(
    encoder: Matrix, threshold: Float, decoder: Matrix, span: Int, bandwidth: Float, hasSkip: Bool,
    density: Float
  ) {
    let (features, width) = (encoder.rows, encoder.columns)
    precondition(decoder.rows == features * span, "\(encoder.shape), \(decoder.shape), span \(span)")
    self.span = span
    self.bandwidth = bandwidth
    let row = Matrix(rows: 1, columns: features)
    parameters = [
      encoder, row, Matrix(rows: 1, columns: features, repeating: threshold), decoder,
      Matrix(rows: 1, columns: width), Matrix(rows: hasSkip ? width : 0, columns: width),
    ]
    moments = parameters.map { AdamMoments(rows: $0.rows, columns: $0.columns) }
    self.density = Array(repeating: density, count: features)
  }

  /// The parameters of a part.
  package subscript(part: Part) -> Matrix { parameters[part.rawValue] }

  /// The number of features.
  var featureCount: Int { self[.encoder].rows }

  /// The thresholds, one for each feature.
  package var thresholds: [Float] { self[.threshold].storage }

  /// Rounds the weights to the nearest bfloat16 numbers.
  mutating func roundWeights() {
    for part in Part.allCases where part.isWeights { parameters[part.rawValue].roundToBFloat16() }
  }

  /// ‖all decoder rows‖ of each feature.
  func decoderNorms(_ workers: Workers) -> [Float] {
    let squares = self[.decoder].rowSquares(workers)
    return (0..<featureCount).map { feature in
      squares[feature * span..<(feature + 1) * span].reduce(0, +).squareRoot()
    }
  }

  /// Returns the layer with only the `count` features that write most: those of greatest Σa² · ‖decoders‖² over `inputs`,
  /// `[positions, width]`, in their order.
  package func narrowed(to count: Int, over inputs: Matrix, _ workers: Workers) -> LayerState {
    guard count < featureCount else { return self }
    let active = inputs.encoded(
      by: self[.encoder], bias: self[.encoderBias].storage, selecting: .above(thresholds), workers
    ).selected
    let squares = FeatureLists(active).sums(active.values.map { $0 * $0 })
    let energies = zip(squares, decoderNorms(workers)).map { $0 * $1 * $1 }
    let kept = energies.indices.sorted { (energies[$1], $0) < (energies[$0], $1) }.prefix(count).sorted()
    let rows = kept.flatMap { $0 * span..<($0 + 1) * span }
    var narrow = LayerState(
      encoder: self[.encoder].picking(rows: kept), threshold: 0, decoder: self[.decoder].picking(rows: rows),
      span: span, bandwidth: bandwidth, hasSkip: self[.skip].rows > 0, density: density[0])
    narrow.parameters[Part.encoderBias.rawValue] = self[.encoderBias].picking(columns: kept)
    narrow.parameters[Part.threshold.rawValue] = self[.threshold].picking(columns: kept)
    for part in [Part.decoderBias, .skip] { narrow.parameters[part.rawValue] = self[part] }
    narrow.lookBound = lookBound
    return narrow
  }

  /// Returns a layer of uniform random numbers, as in the methods paper's appendix: encoders ±1/√features, decoders
  /// ±1/√(layers · width).
  package static func random(
    _ configuration: TrainingConfiguration, layer: Int, layerCount: Int, width: Int
  ) -> LayerState {
    var order = SeededOrder(seed: configuration.seed, stream: 1_000_000 + UInt64(layer))
    let span = configuration.span(layer: layer, layerCount: layerCount)
    let features = configuration.features
    let uniform = { (rows: Int, limit: Float) in
      Matrix(rows: rows, columns: width, storage: (0..<rows * width).map { _ in limit * order.symmetric() })
    }
    let encoder = uniform(features, 1 / Float(features).squareRoot())
    let decoder = uniform(features * span, 1 / Float(layerCount * width).squareRoot())
    return LayerState(
      encoder: encoder, threshold: configuration.threshold, decoder: decoder, span: span,
      bandwidth: configuration.bandwidth * configuration.threshold, hasSkip: configuration.skip,
      density: Float(configuration.k) / Float(features))
  }
}
