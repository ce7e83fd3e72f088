/// A small transformer of the Llama form, and how it is trained.
public struct TransformerTrainingSettings: Sendable, Equatable, Codable {
  /// The number of blocks.
  public var layers: Int
  /// The width of the residual stream.
  public var dModel: Int
  /// The number of query heads; their width is `dModel / heads`, an even number.
  public var heads: Int
  /// The number of key and value heads; it divides `heads`.
  public var kvHeads: Int
  /// The number of neurons of an MLP.
  public var dMLP: Int
  /// The number of words.
  public var vocabularySize: Int
  /// The longest sequence, in tokens.
  public var contextLength: Int
  /// Whether the unembedding is the embedding.
  public var tiesEmbeddings = false
  /// The base of the rotary frequencies.
  public var rotaryBase: Double = 10_000
  /// What is added to the mean square in a norm.
  public var normEpsilon: Float = 1e-5
  /// The standard deviation of the first weights; what writes into the residual stream begins 1/√(2 · layers) as large.
  public var initialDeviation: Float = 0.02

  /// The steps of the run.
  public var steps: Int
  /// The sequences of a step.
  public var sequencesPerStep: Int
  /// The learning rate after the warm-up; from there it falls along a cosine.
  public var peakRate: Float = 1e-3
  /// The learning rate of the last step, as a share of the peak.
  public var finalRateShare: Float = 0.1
  /// Steps over which the learning rate rises linearly.
  public var warmup = 100
  /// AdamW's decoupled decay of the matrices: each step takes rate · decay of a weight, but nothing of a norm's.
  public var weightDecay: Float = 0.1
  /// The gradient of all parameters together is shortened to this norm when it is longer.
  public var clip: Float = 1
  /// The decay of Adam's mean gradient.
  public var beta1: Float = 0.9
  /// The decay of Adam's mean squared gradient.
  public var beta2: Float = 0.98
  /// Steps between two lines of numbers.
  public var stepsPerLine = 20
  /// Minutes between two checkpoints.
  public var checkpointMinutes: Double = 2
  /// The seed of the first weights and of the sequences.
  public var seed: UInt64 = 0

  /// Describes a model and a run; what is not named here has a default and can be set afterwards.
  public init(
    layers: Int, dModel: Int, heads: Int, kvHeads: Int? = nil, dMLP: Int, vocabularySize: Int,
    contextLength: Int, steps: Int, sequencesPerStep: Int, seed: UInt64 = 0
  ) {
    self.layers = layers
    self.dModel = dModel
    self.heads = heads
    self.kvHeads = kvHeads ?? heads
    self.dMLP = dMLP
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.steps = steps
    self.sequencesPerStep = sequencesPerStep
    self.seed = seed
  }

  /// The width of a head.
  public var dHead: Int { dModel / max(heads, 1) }
}
