import Foundation
public import LinearAlgebra
public import Transformers

/// A recipe for a small random model: the Llama form, with what other architectures have as options.
///
/// Weights are large enough that attention, norms and logits are far from uniform.
public struct TinyTransformer: Sendable, CustomStringConvertible {
  /// What tests call it.
  public var name: String
  /// The number of blocks.
  public var layerCount = 3
  /// The width of the residual stream.
  public var dModel = 24
  /// The number of query heads.
  public var headCount = 4
  /// The number of key and value heads.
  public var groupCount = 2
  /// The width of a head.
  public var dHead = 6
  /// The number of neurons.
  public var dMLP = 40
  /// The number of tokens of the vocabulary.
  public var dVocab = 50
  /// The longest prompt.
  public var contextLength = 64
  /// Whether the unembedding is the embedding.
  public var isTied = false
  /// Whether norms subtract the mean and have biases.
  public var hasLayerNorm = false
  /// Whether every linear map of a block has a bias.
  public var hasBiases = false
  /// Whether a norm stands behind attention and MLP; not together with `hasLayerNorm`.
  public var hasPostNorms = false
  /// Whether each head's query and key are normalised.
  public var hasHeadNorms = false
  /// Whether the MLP has a gate.
  public var isGated = true
  /// The MLP's nonlinearity.
  public var activation: ElementwiseActivation = .silu
  /// How many positions every second layer sees; nil for all.
  public var window: Int?
  /// Caps attention scores.
  public var attentionSoftCap: Float?
  /// Caps logits.
  public var logitSoftCap: Float?
  /// Multiplies the embeddings.
  public var embeddingScale: Float = 1
  /// How positions are told apart.
  public var positions: Positions = .rotary
  /// The width of a head's part that is rotated; nil for all of it.
  public var rotatedWidth: Int?
  /// Every how many layers one is not rotated; nil for none.
  public var unrotatedPeriod: Int?
  /// The rotary base in layers with a window, where it differs.
  public var localRotaryBase: Double?
  /// Scores are divided by its root; nil for the width of a head.
  public var queryScalar: Float?
  /// Whether attention and MLP stand beside each other.
  public var hasParallelResidual = false
  /// The architecture that the configuration names.
  public var architecture = "llama"

  /// How positions are told apart.
  public enum Positions: Sendable, Equatable {
    /// Rotation at the usual frequencies.
    case rotary
    /// Rotation at frequencies stretched by the rule `llama3`.
    case rotaryLlama3
    /// Learned position embeddings.
    case learned
  }

  /// Starts with the Llama form.
  public init(_ name: String = "llama", _ change: (inout TinyTransformer) -> Void = { _ in }) {
    self.name = name
    change(&self)
  }

  /// The recipe's name.
  public var description: String { name }

  /// Makes the model that `seed` determines.
  public func transformer(seed: UInt64 = 1, workers: Workers = Workers(count: 2)) -> Transformer {
    Transformer(configuration: configuration, weights: weights(seed: seed), workers: workers)
  }

  /// The configuration of the model.
  public var configuration: TransformerConfiguration {
    let rules = (0..<layerCount).map { layer in
      AttentionPattern.Rule(
        scale: 1 / (queryScalar ?? Float(dHead)).squareRoot(), softCap: attentionSoftCap,
        window: slides(layer) ? window : nil)
    }
    return TransformerConfiguration(
      architecture: architecture, layerCount: layerCount, dModel: dModel, headCount: headCount,
      groupCount: groupCount, dHead: dHead, dMLP: dMLP, dVocab: dVocab, contextLength: contextLength,
      norm: hasLayerNorm ? .layer(epsilon: 1e-5) : .rms(epsilon: 1e-5),
      rotary: positions == .learned
        ? [] : (0..<layerCount).map { RotaryTable(frequencies: frequencies($0)) },
      attention: rules, activation: activation, embeddingScale: embeddingScale, logitSoftCap: logitSoftCap,
      hasParallelResidual: hasParallelResidual)
  }

  /// Whether a layer has the window.
  private func slides(_ layer: Int) -> Bool { window != nil && layer.isMultiple(of: 2) }

  /// The angle per position of each pair in a layer.
  private func frequencies(_ layer: Int) -> [Double] {
    if let unrotatedPeriod, (layer + 1).isMultiple(of: unrotatedPeriod) { return [] }
    let width = rotatedWidth ?? dHead
    let base = slides(layer) ? localRotaryBase ?? 10_000 : 10_000
    let plain = (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) }
    guard positions == .rotaryLlama3 else { return plain }
    let (factor, low, high, original) = (4.0, 1.0, 4.0, 16.0)
    return plain.map { frequency in
      let turns = original * frequency / (2 * .pi)
      let kept = min(max((turns - low) / (high - low), 0), 1)
      return kept * frequency + (1 - kept) * frequency / factor
    }
  }
}
