import LinearAlgebra
import Transcoders
public import Transformers

/// An output that neurons are chosen for: what it reads at the final norm's output, and what it counts.
public struct OutputReading: Sendable {
  /// `[dModel]`.
  public var direction: [Float]
  /// The output's weight: a token's probability.
  public var weight: Float

  /// Describes an output.
  public init(direction: [Float], weight: Float) {
    self.direction = direction
    self.weight = weight
  }
}

extension LocalReplacementModel {
  /// Runs the model on a prompt with its own neurons as features.
  ///
  /// The `count` neurons that matter most to the outputs become features; what all others write is the error of their
  /// layer and position, so that sums stay exact.
  ///
  /// - Parameter outputs: Chooses the outputs by the logits of the last position.
  public init(
    neuronsOf transformer: Transformer, count: Int, tokens: [Int], outputs: ([Float]) -> [OutputReading]
  ) {
    let layers = 0..<transformer.configuration.layerCount
    let kinds: [HookPoint.Kind] = [.mlpPre, .mlpPreLinear, .mlpPost]
    let recording = LocalReplacementModel.recording(transformer, .mlpIn, .mlpRawOut)
      .union(layers.flatMap { layer in kinds.map { HookPoint($0, layer: layer) } })
    let run = transformer.run(tokens, recording: recording, logits: .last)
    let pass = FrozenPass(transformer, run.activations)
    let readings = outputs(run.logits.storage)
    let vectors = Matrix(
      rows: readings.count, columns: transformer.configuration.dModel, storage: readings.flatMap(\.direction))
    let relevance = NeuronRelevance(
      pass: pass, activations: run.activations,
      zeroStreams: layers.map { _ in Matrix(rows: 1, columns: transformer.configuration.dModel) })
    let features = relevance.strongest(
      count, directions: pass.readDirections(throughFinalNorm: vectors, position: tokens.count - 1),
      weights: readings.map(\.weight))
    let reads = features.sites.map { site in (site, NeuronRead(transformer, run.activations, site)) }
    let basis = NeuronBasis(transformer, features, reads: Dictionary(uniqueKeysWithValues: reads))
    self.init(
      run, pass, basis: basis, features: features, inputs: run.activations.matrices(.mlpIn))
  }
}

extension NeuronRead {
  /// Makes a neuron linear at a position of a recorded pass.
  fileprivate init(_ transformer: Transformer, _ activations: ActivationCache, _ site: FeatureSite) {
    let activation = transformer.configuration.activation
    let pre = activations[.mlpPre, site.layer]?[site.position, site.index] ?? 0
    if let branch = activations[.mlpPreLinear, site.layer] {
      self.init(activation, gate: pre, branch: branch[site.position, site.index])
    } else {
      self.init(activation, preActivation: pre)
    }
  }
}
