public import LinearAlgebra
public import Transcoders
public import Transformers

/// A recipe for a small random transcoder set that fits a model.
public struct TinyTranscoders: Sendable, CustomStringConvertible {
  /// What tests call it.
  public var name: String
  /// The number of features of a layer.
  public var featureCount = 20
  /// Whether features write to every later layer too.
  public var isCrossLayer = false
  /// What turns pre-activations into activations.
  public var activation: ActivationFunction = .relu
  /// Whether a linear map stands beside the features.
  public var hasSkip = false
  /// Where features read.
  public var input: FeatureInput = .mlpIn
  /// What features reconstruct.
  public var output: FeatureOutput = .mlpRawOut

  /// Starts with per-layer ReLU transcoders of the MLP's own input and output.
  public init(_ name: String = "PLT, ReLU", _ change: (inout TinyTranscoders) -> Void = { _ in }) {
    self.name = name
    change(&self)
  }

  /// The recipe's name.
  public var description: String { name }

  /// Makes the set that `seed` determines, for a model of this many layers and this width.
  public func set(layerCount: Int, dModel: Int, seed: UInt64 = 1) -> TranscoderSet {
    var random = SplitMix64(seed: seed)
    let scale = 1 / Float(dModel).squareRoot()
    let transcoders = (0..<layerCount).map { layer in
      let span = isCrossLayer ? layerCount - layer : 1
      return Transcoder(
        encoder: StoredMatrix(random.matrix(featureCount, dModel, deviation: scale)),
        encoderBias: random.numbers(featureCount, deviation: 0.2, mean: -0.3),
        thresholds: activation == .jumpReLU ? random.numbers(featureCount, deviation: 0.1, mean: 0.4) : [],
        decoder: StoredMatrix(random.matrix(featureCount * span, dModel, deviation: 2 * scale)), span: span,
        decoderBias: random.numbers(dModel, deviation: 0.1),
        skip: hasSkip ? StoredMatrix(random.matrix(dModel, dModel, deviation: 0.5 * scale)) : nil)
    }
    return TranscoderSet(
      name: "tiny", modelName: "tiny", input: input, output: output, activation: activation,
      transcoders: transcoders)
  }

  /// Makes a set whose pre-activations on a prompt are far from where features switch.
  ///
  /// 1. The model's run tells what each layer's features read.
  /// 2. For ReLU and JumpReLU each feature's bias is moved so that its switching point lies in the middle of the
  ///    widest gap among its pre-activations, not counting gaps at the ends: every feature is active somewhere.
  /// 3. For TopK the seed, of some, whose k-th and next pre-activations differ most is taken.
  public func set(for transformer: Transformer, tokens: [Int], seed: UInt64 = 1) -> TranscoderSet {
    let inputs = self.inputs(transformer, tokens)
    let make = { (seed: UInt64) in
      set(
        layerCount: transformer.configuration.layerCount, dModel: transformer.configuration.dModel, seed: seed
      )
    }
    guard case .topK = activation else { return spread(make(seed), inputs, transformer.workers) }
    let candidates = (0..<8).map { make(seed &* 8 &+ $0) }
    let margins = candidates.map { TinyTranscoders.switchMargin($0, inputs: inputs, transformer.workers) }
    let best = margins.indices.max { margins[$0] < margins[$1] } ?? 0
    return candidates[best]
  }

  /// Returns what each layer's features read on a prompt, `[positions, dModel]` each.
  public func inputs(_ transformer: Transformer, _ tokens: [Int]) -> [Matrix] {
    let kind: HookPoint.Kind =
      switch input {
      case .residMid: .residMid
      case .mlpNormalized: .mlpNormalized
      case .mlpIn: .mlpIn
      }
    let layers = 0..<transformer.configuration.layerCount
    let run = transformer.run(
      tokens, recording: Set(layers.map { HookPoint(kind, layer: $0) }), logits: .none)
    return layers.compactMap { run.activations[kind, $0] }
  }

  private func spread(_ set: TranscoderSet, _ inputs: [Matrix], _ workers: Workers) -> TranscoderSet {
    var set = set
    for (layer, input) in inputs.enumerated() where input.rows > 2 {
      let pre = set.preActivations(layer: layer, input: input, workers)
      for feature in 0..<featureCount {
        let sorted = (1..<pre.rows).map { pre[$0, feature] }.sorted()
        let gaps = (1..<sorted.count).map { (size: sorted[$0] - sorted[$0 - 1], above: $0) }
        guard let widest = gaps.max(by: { $0.size < $1.size }) else { continue }
        let middle = (sorted[widest.above] + sorted[widest.above - 1]) / 2
        let threshold = activation == .jumpReLU ? set.transcoders[layer].thresholds[feature] : 0
        set.transcoders[layer].encoderBias[feature] += threshold - middle
      }
    }
    return set
  }

  /// Returns how near any pre-activation behind position 0 comes to its switching point.
  public static func switchMargin(_ set: TranscoderSet, inputs: [Matrix], _ workers: Workers) -> Float {
    var margin = Float.infinity
    for (layer, input) in inputs.enumerated() {
      let pre = set.preActivations(layer: layer, input: input, workers)
      for position in stride(from: 1, to: pre.rows, by: 1) {
        let row = Array(pre[row: position])
        switch set.activation {
        case .relu: margin = row.reduce(margin) { min($0, abs($1)) }
        case .jumpReLU:
          margin = zip(row, set.transcoders[layer].thresholds).reduce(margin) { min($0, abs($1.0 - $1.1)) }
        case .topK(let count), .rectifiedTopK(let count):
          let sorted = row.sorted(by: >)
          if count < sorted.count { margin = min(margin, sorted[count - 1] - sorted[count]) }
        }
      }
    }
    return margin
  }
}
