public import LinearAlgebra

/// What a decoder-only transformer is made of: sizes, and the variant of each part.
public struct TransformerConfiguration: Sendable, Equatable {
  /// The architecture's name in the model's own file, such as `llama`.
  public var architecture: String
  /// The number of blocks.
  public var layerCount: Int
  /// The width of the residual stream.
  public var dModel: Int
  /// The number of query heads.
  public var headCount: Int
  /// The number of key and value heads; `headCount / groupCount` query heads share each.
  public var groupCount: Int
  /// The width of a head.
  public var dHead: Int
  /// The number of neurons of an MLP.
  public var dMLP: Int
  /// The number of tokens of the vocabulary.
  public var dVocab: Int
  /// The longest prompt that the model was made for, in tokens.
  public var contextLength: Int
  /// How the residual stream is normalised before each part.
  public var norm: Norm
  /// The rotary embedding of each layer.
  public var rotary: [RotaryTable]
  /// How attention scores become a pattern, for each layer.
  public var attention: [AttentionPattern.Rule]
  /// The MLP's nonlinearity.
  public var activation: ElementwiseActivation
  /// Multiplies the embeddings as they enter the residual stream.
  public var embeddingScale: Float
  /// Caps the logits at ±cap by `cap · tanh(logit / cap)`.
  public var logitSoftCap: Float?
  /// Whether the MLP reads the stream before attention, so that both stand beside each other.
  public var hasParallelResidual: Bool

  /// Describes a model; `rotary` is empty where positions are not rotated, else has an entry for each layer, like
  /// `attention`.
  public init(
    architecture: String, layerCount: Int, dModel: Int, headCount: Int, groupCount: Int, dHead: Int,
    dMLP: Int, dVocab: Int, contextLength: Int, norm: Norm, rotary: [RotaryTable],
    attention: [AttentionPattern.Rule], activation: ElementwiseActivation, embeddingScale: Float = 1,
    logitSoftCap: Float? = nil, hasParallelResidual: Bool = false
  ) {
    precondition(attention.count == layerCount, "\(attention.count) attention rules, \(layerCount) layers")
    precondition(rotary.isEmpty || rotary.count == layerCount, "\(rotary.count) tables, \(layerCount) layers")
    self.architecture = architecture
    self.layerCount = layerCount
    self.dModel = dModel
    self.headCount = headCount
    self.groupCount = groupCount
    self.dHead = dHead
    self.dMLP = dMLP
    self.dVocab = dVocab
    self.contextLength = contextLength
    self.norm = norm
    self.rotary = rotary
    self.attention = attention
    self.activation = activation
    self.embeddingScale = embeddingScale
    self.logitSoftCap = logitSoftCap
    self.hasParallelResidual = hasParallelResidual
  }

  /// The kind of a norm.
  public enum Norm: Sendable, Equatable {
    /// Divides by the root mean square.
    case rms(epsilon: Float)
    /// Subtracts the mean, then divides by the root mean square.
    case layer(epsilon: Float)

    var epsilon: Float {
      switch self {
      case .rms(let epsilon), .layer(let epsilon): epsilon
      }
    }

    /// Whether the norm subtracts the mean.
    public var isCentred: Bool {
      if case .layer = self { true } else { false }
    }
  }
}
