public import LinearAlgebra
public import Transcoders
public import Transformers

/// Features whose activations can be read from a running model, and changed by adding what they write.
public protocol SteerableBasis: Sendable {
  /// Where features read.
  var input: FeatureInput { get }
  /// Where features write.
  var output: FeatureOutput { get }
  /// The number of layers.
  var layerCount: Int { get }

  /// The number of features of a layer.
  func featureCount(layer: Int) -> Int

  /// Returns the activations of some features, `[positions, indices]`, for what the input place holds.
  func activations(layer: Int, of indices: [Int], input: Matrix, _ workers: Workers) -> Matrix

  /// Returns all active features of a prompt, except at position 0, for what the input place of each layer holds.
  func activations(inputs: [Matrix], _ workers: Workers) -> FeatureActivations

  /// Returns what features of `layer` write at `outputLayer` for an activation of 1, `[indices, dModel]`, or nil for
  /// nothing.
  func writeVectors(layer: Int, outputLayer: Int, of indices: [Int]) -> Matrix?

  /// Returns the linear map beside a layer's features, `[dModel, dModel]` by (output, input), or nil for none.
  func skip(layer: Int) -> StoredMatrix?

  /// Returns what each layer's features, bias and skip connection give for the model's own inputs, `[positions,
  /// dModel]`; nil where features leave no error.
  var reconstruction: (@Sendable (_ inputs: [Matrix], _ workers: Workers) -> [Matrix])? { get }
}

extension TranscoderSet: SteerableBasis {
  /// The number of features of a layer.
  public func featureCount(layer: Int) -> Int { transcoders[layer].featureCount }

  /// Returns decoder rows.
  public func writeVectors(layer: Int, outputLayer: Int, of indices: [Int]) -> Matrix? {
    writeVectors(layer: layer, outputLayer: outputLayer)?.gathered(indices)
  }

  /// What the transcoders give for the model's own inputs.
  public var reconstruction: (@Sendable (_ inputs: [Matrix], _ workers: Workers) -> [Matrix])? {
    { inputs, workers in
      reconstruction(of: activations(inputs: inputs, workers), inputs: inputs, workers)
    }
  }
}

/// All neurons of a model as features: activation `φ(g) · u`, write vector the column of W_down.
public struct ModelNeurons: SteerableBasis {
  /// What the MLP reads, after its norm.
  public let input = FeatureInput.mlpIn
  /// What the MLP gives, before a norm behind it.
  public let output = FeatureOutput.mlpRawOut
  private let transformer: Transformer

  /// Takes a model's neurons.
  public init(_ transformer: Transformer) { self.transformer = transformer }

  /// The number of layers.
  public var layerCount: Int { transformer.configuration.layerCount }

  /// The number of neurons of a layer.
  public func featureCount(layer: Int) -> Int { transformer.configuration.dMLP }

  /// Returns the activations of some neurons.
  public func activations(layer: Int, of indices: [Int], input: Matrix, _ workers: Workers) -> Matrix {
    let block = transformer.weights.blocks[layer]
    let up = block.up.picking(indices)(input, workers)
    let gate = block.gate.map { $0.picking(indices)(input, workers) }
    return Matrix.gated(
      transformer.configuration.activation, gate: gate ?? up, up: gate == nil ? nil : up)
  }

  /// Returns the neurons that are not zero.
  public func activations(inputs: [Matrix], _ workers: Workers) -> FeatureActivations {
    var sites: [FeatureSite] = []
    var values: [Float] = []
    for (layer, input) in inputs.enumerated() {
      let post = activations(layer: layer, of: Array(0..<featureCount(layer: layer)), input: input, workers)
      for position in stride(from: 1, to: post.rows, by: 1) {
        for (index, value) in post[row: position].enumerated() where value != 0 {
          sites.append(FeatureSite(layer: layer, position: position, index: index))
          values.append(value)
        }
      }
    }
    return FeatureActivations(
      layerCount: layerCount, positionCount: inputs.first?.rows ?? 0, sites: sites, values: values)
  }

  /// Returns columns of W_down.
  public func writeVectors(layer: Int, outputLayer: Int, of indices: [Int]) -> Matrix? {
    layer == outputLayer ? transformer.weights.blocks[layer].down.weight.gathered(columns: indices) : nil
  }

  /// Returns nil: nothing passes beside the neurons.
  public func skip(layer: Int) -> StoredMatrix? { nil }

  /// Nil: the neurons are all that an MLP does.
  public var reconstruction: (@Sendable (_ inputs: [Matrix], _ workers: Workers) -> [Matrix])? { nil }
}

extension Linear {
  /// The map's rows at `indices` alone.
  fileprivate func picking(_ indices: [Int]) -> Linear {
    Linear(
      weight: StoredMatrix(weight.gathered(indices)), bias: bias.map { bias in indices.map { bias[$0] } })
  }
}
