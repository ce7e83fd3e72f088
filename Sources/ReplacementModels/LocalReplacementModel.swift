public import LinearAlgebra
public import Transcoders
public import Transformers

/// One prompt's local replacement model: the frozen pass, with every MLP replaced by features and an error.
///
/// The error of a layer and position is the MLP's true output minus the reconstruction, so that the whole gives the
/// model's own logits (methods paper, §"Building the Local Replacement Model"). At position 0 features and errors count
/// as zero, as in circuit-tracer; what the MLPs write there is a constant of the prompt.
public struct LocalReplacementModel: Sendable {
  /// The prompt.
  public let tokens: [Int]
  /// The model's pass with its nonlinearities frozen.
  public let pass: FrozenPass
  /// What the features are.
  public let basis: any FeatureBasis
  /// The active features.
  public let features: FeatureActivations
  /// For each layer what the input place holds, `[positions, dModel]`.
  public let inputs: [Matrix]
  /// For each layer the reconstruction errors at the output place, `[positions, dModel]`, row 0 zero.
  public let errors: [Matrix]
  /// For each layer what the MLP truly gives at the output place, `[positions, dModel]`.
  public let outputs: [Matrix]
  /// What the tokens bring into the residual stream, `[positions, dModel]`.
  public let embeddings: Matrix
  /// The model's logits at the last position.
  public let logits: [Float]

  /// The model.
  public var transformer: Transformer { pass.transformer }
  /// The number of positions.
  public var positionCount: Int { tokens.count }
  /// The number of layers.
  public var layerCount: Int { transformer.configuration.layerCount }
  /// Where features read, as a place of the model.
  public var inputHook: HookPoint.Kind { basis.input.hook }
  /// What features reconstruct, as a place of the model.
  public var outputHook: HookPoint.Kind { basis.output.hook }

  /// Runs the model on a prompt and splits each MLP's output into features and error.
  public init(_ transformer: Transformer, _ set: TranscoderSet, tokens: [Int]) throws(TranscoderError) {
    try set.check(fits: transformer)
    let run = transformer.run(
      tokens, recording: LocalReplacementModel.recording(transformer, set.input, set.output), logits: .last)
    // From here on attention's weights are read, layer by layer; most of the model is not.
    transformer.weights.releasePages()
    let inputs = run.activations.matrices(set.input.hook)
    guard inputs.allSatisfy(\.isFinite) else {
      throw .unfit(name: set.name, problem: "what they read in the model is not a number")
    }
    let features = set.activations(inputs: inputs, transformer.workers)
    guard features.values.allSatisfy(\.isFinite) else {
      throw .unfit(name: set.name, problem: "an activation is not a number")
    }
    self.init(run, FrozenPass(transformer, run.activations), basis: set, features: features, inputs: inputs)
    // Where the model's own output is no number, the logits tell; here the transcoders are to blame.
    for (error, output) in zip(errors, outputs)
    where output.storage.allSatisfy(\.isFinite) && !error.storage.allSatisfy(\.isFinite) {
      throw .unfit(name: set.name, problem: "a reconstruction is not a number")
    }
  }

  /// Puts the parts together.
  ///
  /// - Parameter inputs: What the input place of each layer holds.
  init(
    _ run: ForwardPass, _ pass: FrozenPass, basis: any FeatureBasis, features: FeatureActivations,
    inputs: [Matrix]
  ) {
    let reconstruction = basis.reconstruction(of: features, inputs: inputs, pass.transformer.workers)
    outputs = run.activations.matrices(basis.output.hook)
    errors = zip(outputs, reconstruction).map { output, reconstructed in
      var error = output - reconstructed
      error[row: 0] = ArraySlice(repeating: 0, count: error.columns)
      return error
    }
    tokens = run.tokens
    self.inputs = inputs
    self.pass = pass
    self.basis = basis
    self.features = features
    embeddings = pass.transformer.embeddings(run.tokens)
    logits = run.logits.storage
  }

  /// Puts parts together that fit.
  init(
    tokens: [Int], pass: FrozenPass, basis: any FeatureBasis, features: FeatureActivations, inputs: [Matrix],
    errors: [Matrix], outputs: [Matrix], embeddings: Matrix, logits: [Float]
  ) {
    self.tokens = tokens
    self.pass = pass
    self.basis = basis
    self.features = features
    self.inputs = inputs
    self.errors = errors
    self.outputs = outputs
    self.embeddings = embeddings
    self.logits = logits
  }

  /// The places that must be recorded.
  static func recording(
    _ transformer: Transformer, _ input: FeatureInput, _ output: FeatureOutput
  ) -> Set<HookPoint> {
    let layers = 0..<transformer.configuration.layerCount
    return FrozenPass.recording(layerCount: layers.count)
      .union(layers.map { HookPoint(input.hook, layer: $0) })
      .union(layers.map { HookPoint(output.hook, layer: $0) })
  }
}

extension FeatureInput {
  /// The place of the model.
  public var hook: HookPoint.Kind {
    switch self {
    case .residMid: .residMid
    case .mlpNormalized: .mlpNormalized
    case .mlpIn: .mlpIn
    }
  }
}

extension FeatureOutput {
  /// The place of the model.
  public var hook: HookPoint.Kind {
    switch self {
    case .mlpRawOut: .mlpRawOut
    case .mlpOut: .mlpOut
    }
  }
}

extension TranscoderSet {
  /// Refuses a model with other sizes.
  public func check(fits transformer: Transformer) throws(TranscoderError) {
    let configuration = transformer.configuration
    guard layerCount == configuration.layerCount else {
      throw .unfit(
        name: name, problem: "they have \(layerCount) layers, the model \(configuration.layerCount)")
    }
    guard let width = transcoders.first?.encoder.width, width == configuration.dModel else {
      let width = transcoders.first?.encoder.width ?? 0
      throw .unfit(
        name: name, problem: "they read \(width) numbers a position, the model has \(configuration.dModel)")
    }
  }
}

extension ActivationCache {
  /// The values recorded at a place of every layer, from the first on.
  public func matrices(_ kind: HookPoint.Kind) -> [Matrix] {
    var found: [Matrix] = []
    while let next = self[kind, found.count] { found.append(next) }
    return found
  }
}
