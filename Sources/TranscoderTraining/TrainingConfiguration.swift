import LinearAlgebra
import Transcoders

/// Everything that decides a training run; the same configuration, model and text give the same transcoders.
public struct TrainingConfiguration: Sendable, Equatable, Codable {
  /// Whether features write to their own layer alone.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A transcoder for each layer.
    case perLayer = "plt"
    /// Cross-layer transcoders: features also write to later layers.
    case crossLayer = "clt"
  }

  /// What turns pre-activations into activations while training.
  public enum Activation: String, Sendable, Codable, CaseIterable {
    /// Learned thresholds, held down by the sparsity loss.
    case jumprelu
    /// The k · batch largest of a layer's batch; becomes JumpReLU in the end.
    case batchtopk
    /// The k largest of a position.
    case topk
    /// Whatever is above 0, held down by the sparsity loss.
    case relu
  }

  /// Where the first weights come from.
  public enum Start: String, Sendable, Codable, CaseIterable {
    /// Matched filters and ridge regression (``ClosedFormStart``).
    case closedForm = "closed-form"
    /// Uniform random numbers, as in the paper.
    case random
  }

  /// What features read while they are trained.
  public enum Stage: String, Sendable, Codable, CaseIterable {
    /// What the model computes.
    case clean
    /// Also what the replacement model computes, with the transcoders of the round's beginning.
    case replaced
    /// What the replacement model computes, from end to end, so that its predictions become the model's.
    case kl
  }

  /// How exactly the model's forward pass and the encoders' products are computed while training.
  public enum Precision: String, Sendable, Codable, CaseIterable {
    /// In float.
    case exact
    /// Numbers rounded to bfloat16, sums in float.
    case bfloat16

    /// The same of matrix products.
    var products: ProductPrecision { self == .exact ? .exact : .bfloat16 }
  }

  /// What encoder, decoder and skip weights are while they are trained; everything else is float.
  public enum Weights: String, Sendable, Codable, CaseIterable {
    /// Any float.
    case float32
    /// bfloat16 numbers; a step rounds each up or down at random, so that steps smaller than its last place count.
    case bfloat16
  }

  /// Per-layer or cross-layer.
  public var kind = Kind.perLayer
  /// Features of each layer.
  public var features = 4096
  /// The activation function.
  public var activation = Activation.batchtopk
  /// Features active at a position of a layer, wanted of the top-k kinds and of the closed-form start.
  public var k = 32
  /// How many layers behind its own a cross-layer feature writes to; nil for all.
  public var decoderSpan: Int?
  /// Whether a linear map beside the features is trained.
  public var skip = false
  /// The features' input hook.
  public var input = FeatureInput.mlpIn.rawValue
  /// The features' output hook.
  public var output = FeatureOutput.mlpOut.rawValue
  /// Where the first weights come from.
  public var start = Start.closedForm

  /// How exactly the products of training are computed.
  public var precision = Precision.exact
  /// What the weights are while they are trained.
  public var weights = Weights.float32

  /// What features read while they are trained.
  public var stage = Stage.clean
  /// The share of contexts that the replaced stage reads as the model computes them.
  public var cleanShare: Float = 0.5
  /// How much of the way that the replaced stream has strayed the features shall bring it back, γ.
  public var correction: Float = 1
  /// How much the loss of each layer by itself counts beside the divergence of the predictions, in the stage `kl`.
  public var localWeight: Float = 1

  /// Tokens to train on.
  public var tokens = 4_000_000
  /// Tokens of a step.
  public var batch = 2048
  /// Tokens of a context, its first token included.
  public var context = 256
  /// Tokens that are shuffled together, kept in memory.
  public var roundTokens = 65_536
  /// How often each token that was run through the model is trained on.
  public var passes = 1
  /// The share of documents kept for evaluation.
  public var heldOut = 0.02
  /// The seed of every random choice.
  public var seed: UInt64 = 0

  /// Adam's learning rate; nil for 2e-4 · √(16,384 / features), an eighth of it in the stage `kl`.
  public var learningRate: Float?
  /// The share of the steps in which the learning rate rises from 0.
  public var warmUp: Float = 0.02
  /// The share of the steps, at the end, in which it falls to 0.
  public var decay: Float = 0.2
  /// The largest norm of a layer's gradient.
  public var gradientClip: Float = 1
  /// λ of the sparsity loss λ · Σ tanh(c · ‖decoders‖ · a), reached at the end of the run.
  public var sparsity: Float = 2e-3
  /// c of the sparsity loss.
  public var sparsitySlope: Float = 4
  /// The width around a threshold in which it gets a gradient, in thresholds of the start.
  public var bandwidth: Float = 0.5
  /// The threshold of a random start.
  public var threshold: Float = 0.03
  /// The weight of Σ max(0, threshold − h) over dead features.
  public var preActivation: Float = 3e-6
  /// How many times k the top-k kinds begin with.
  public var annealFrom: Float = 1
  /// The share of the steps in which k falls to its value.
  public var annealOver: Float = 0.1
  /// Dead features that try to explain a position's error; 0 for none.
  public var auxiliaryK = 32
  /// The weight of that loss.
  public var auxiliaryWeight: Float = 1 / 32
  /// The density below which a feature counts as dead.
  public var deadDensity: Float = 5e-5
  /// Tokens over which the density is averaged.
  public var densityTokens = 65_536
  /// A position whose output is this many times longer than usual counts less, as if it were just so long.
  public var outlier: Float = 5
  /// The ridge of the closed-form start, in mean squared activations.
  public var ridge: Float = 0.1
  /// Rounds of k-means of the closed-form start.
  public var clusterings = 2
  /// Minutes between checkpoints; 0 for one after every step.
  public var checkpointMinutes = 15.0

  /// The defaults.
  public init() {}

  /// The learning rate at its height.
  public var peakRate: Float {
    // From end to end, steps of the usual size undo in a hundred thousand tokens what the layers had learned.
    learningRate ?? (stage == .kl ? 2.5e-5 : 2e-4) * (16_384 / Float(features)).squareRoot()
  }

  /// Steps of the whole run.
  public var stepCount: Int { tokens / batch }

  /// The buffer of activations, and what is drawn from it.
  package var schedule: BufferSchedule {
    BufferSchedule(
      tokens: roundTokens, batch: batch, passes: passes, seed: seed, isRolling: stage == .clean)
  }

  /// How many layers the features of `layer` write to.
  public func span(layer: Int, layerCount: Int) -> Int {
    guard kind == .crossLayer else { return 1 }
    return min(layerCount - layer, (decoderSpan ?? layerCount) + 1)
  }

  /// Bytes that a run on a model of `layerCount` layers of `width` takes: parameters and Adam's memory, the gradients of one
  /// layer, a round of activations with room to fill a part of it meanwhile, a batch of them.
  public func memory(layerCount: Int, width: Int) -> Double {
    let spans = (0..<layerCount).map { span(layer: $0, layerCount: layerCount) }
    let layers = spans.map { Double(features) * Double(width) * Double(1 + $0) }
    let start = start == .closedForm ? 3 * 4 * Double(features) * Double(features) : 0
    let position = Double(layerCount) * Double(width) * 4
    let spare = schedule.isRolling ? schedule.partRows : 0
    let round = position * Double(roundTokens + batch + spare)
    let parameterBytes: Double = stage == .replaced ? 16 : 12
    // What a step keeps of its positions in each layer: about ten rows.
    let step = stage == .kl ? 40 * Double(batch) * Double(layerCount) * Double(width) : 0
    return parameterBytes * layers.reduce(0, +) + 8 * (layers.max() ?? 0) + max(start + round, step)
  }

  /// The largest `features` that a configuration may ask for.
  static let mostFeatures = 1 << 20

  /// Refuses what no run could use.
  public func check() throws(TrainingError) {
    try require(features, "features", 1...TrainingConfiguration.mostFeatures)
    try require(k, "k", 1...features)
    try require(tokens, "tokens", 0...1 << 40)
    try require(batch, "batch", 1...1 << 20)
    try require(context, "context", 2...1 << 17)
    try require(roundTokens, "roundTokens", batch...1 << 26)
    try require(passes, "passes", 1...1000)
    try require(auxiliaryK, "auxiliaryK", 0...4096)
    try require(densityTokens, "densityTokens", 1...1 << 40)
    try require(clusterings, "clusterings", 0...100)
    if let decoderSpan { try require(decoderSpan, "decoderSpan", 0...4096) }
    try require(Float(heldOut), "heldOut", 0...0.5)
    try require(cleanShare, "cleanShare", 0...1)
    try require(correction, "correction", 0...1)
    try require(localWeight, "localWeight", 0...1e6)
    if stage == .kl { try require(batch, "batch", context...1 << 20) }
    try require(learningRate ?? 0, "learningRate", 0...1)
    try require(warmUp, "warmUp", 0...1)
    try require(decay, "decay", 0...1)
    try require(annealOver, "annealOver", 0...1)
    try require(annealFrom, "annealFrom", 1...1000)
    try require(gradientClip, "gradientClip", 1e-6...1e6)
    try require(sparsity, "sparsity", 0...1e6)
    try require(sparsitySlope, "sparsitySlope", 1e-6...1e6)
    try require(bandwidth, "bandwidth", 1e-6...1e6)
    try require(threshold, "threshold", 0...1e6)
    try require(preActivation, "preActivation", 0...1e6)
    try require(auxiliaryWeight, "auxiliaryWeight", 0...1e6)
    try require(deadDensity, "deadDensity", 0...1)
    try require(outlier, "outlier", 1...1e6)
    try require(ridge, "ridge", 1e-6...1e6)
    try require(Float(checkpointMinutes), "checkpointMinutes", 0...1e6)
    guard FeatureInput(rawValue: input) != nil else {
      throw .unknownHook("input", input, FeatureInput.allCases.map(\.rawValue))
    }
    guard FeatureOutput(rawValue: output) != nil else {
      throw .unknownHook("output", output, FeatureOutput.allCases.map(\.rawValue))
    }
    guard stage != .replaced || correction == 0 || output == FeatureOutput.mlpOut.rawValue else {
      // What comes before a norm cannot say what the stream lacks.
      throw .badValue(
        name: "correction", value: "\(correction)", allowed: "only 0 unless output is hook_mlp_out")
    }
  }

  private func require<Value: Comparable>(
    _ value: Value, _ name: String, _ range: ClosedRange<Value>
  ) throws(TrainingError) {
    // Written so that what is not a number is refused.
    guard value >= range.lowerBound && value <= range.upperBound else {
      throw .badValue(name: name, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
