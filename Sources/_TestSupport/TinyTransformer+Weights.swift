import LinearAlgebra
import Transformers

extension TinyTransformer {
  /// Draws the weights that `seed` determines.
  func weights(seed: UInt64) -> TransformerWeights {
    var random = SplitMix64(seed: seed)
    let embedding = StoredMatrix(random.matrix(dVocab, dModel, deviation: isTied ? 0.4 : 1))
    let learned = positions == .learned ? random.matrix(contextLength, dModel, deviation: 0.6) : nil
    let unembedding =
      isTied
      ? embedding : StoredMatrix(random.matrix(dVocab, dModel, deviation: 2 / Float(dModel).squareRoot()))
    return TransformerWeights(
      embedding: embedding, positionEmbedding: learned.map { StoredMatrix($0) },
      blocks: (0..<layerCount).map { _ in block(&random) }, finalNorm: norm(dModel, &random),
      unembedding: Linear(weight: unembedding))
  }

  private func block(_ random: inout SplitMix64) -> BlockWeights {
    let (heads, groups) = (headCount * dHead, groupCount * dHead)
    return BlockWeights(
      attentionNorm: norm(dModel, &random), query: linear(heads, dModel, gain: 1.5, &random),
      key: linear(groups, dModel, gain: 1.5, &random), value: linear(groups, dModel, &random),
      output: linear(dModel, heads, &random),
      queryNorm: hasHeadNorms ? norm(dHead, mean: 1.5, &random) : nil,
      keyNorm: hasHeadNorms ? norm(dHead, mean: 1.5, &random) : nil,
      attentionPostNorm: hasPostNorms ? norm(dModel, &random) : nil, mlpNorm: norm(dModel, &random),
      gate: isGated ? linear(dMLP, dModel, gain: 1.5, &random) : nil, up: linear(dMLP, dModel, &random),
      down: linear(dModel, dMLP, gain: 1.5, &random), mlpPostNorm: hasPostNorms ? norm(dModel, &random) : nil)
  }

  private func norm(_ width: Int, mean: Float = 1, _ random: inout SplitMix64) -> NormWeights {
    NormWeights(
      weight: random.numbers(width, deviation: 0.2, mean: mean),
      bias: hasLayerNorm ? random.numbers(width, deviation: 0.2) : nil)
  }

  /// A map whose outputs are of about the size `gain` when its inputs are of about the size 1.
  private func linear(_ outputs: Int, _ inputs: Int, gain: Float = 1, _ random: inout SplitMix64) -> Linear {
    Linear(
      weight: StoredMatrix(random.matrix(outputs, inputs, deviation: gain / Float(inputs).squareRoot())),
      bias: hasBiases ? random.numbers(outputs, deviation: 0.2) : nil)
  }
}

extension TinyTransformer {
  /// One recipe for each form that models are found in.
  public static let forms: [TinyTransformer] = [
    TinyTransformer("llama"),
    TinyTransformer("tied, one head") {
      $0.isTied = true
      ($0.headCount, $0.groupCount, $0.dHead) = (1, 1, 18)
    },
    TinyTransformer("llama3 rotation, every head of its own") {
      $0.positions = .rotaryLlama3
      $0.groupCount = 4
    },
    TinyTransformer("head norms, biases") {
      $0.architecture = "qwen3"
      $0.hasHeadNorms = true
      $0.hasBiases = true
    },
    TinyTransformer("post norms, biases, window, soft caps") {
      $0.hasPostNorms = true
      $0.hasBiases = true
      $0.window = 3
      $0.attentionSoftCap = 4
      $0.logitSoftCap = 6
      $0.activation = .geluTanh
      $0.embeddingScale = Float(24).squareRoot()
    },
    TinyTransformer("LayerNorm, learned positions, no gate") {
      $0.hasLayerNorm = true
      $0.hasBiases = true
      $0.isGated = false
      $0.positions = .learned
      $0.activation = .geluTanh
    },
    TinyTransformer("post norms, head norms, window with a rotary base of its own") {
      $0.hasPostNorms = true
      $0.hasHeadNorms = true
      $0.window = 3
      $0.localRotaryBase = 100
      $0.queryScalar = 10
      $0.activation = .geluTanh
    },
    TinyTransformer("a layer without rotation") {
      $0.architecture = "smollm3"
      $0.unrotatedPeriod = 2
    },
    TinyTransformer("parallel residual, LayerNorm, part of a head rotated") {
      $0.hasParallelResidual = true
      $0.hasLayerNorm = true
      $0.hasBiases = true
      $0.isGated = false
      $0.rotatedWidth = 4
      $0.groupCount = 4
      $0.activation = .gelu
    },
    TinyTransformer("parallel residual, gate, post norms, head norms") {
      $0.hasParallelResidual = true
      $0.hasPostNorms = true
      $0.hasHeadNorms = true
    },
    TinyTransformer("LayerNorm, head norms, window, gate") {
      $0.hasLayerNorm = true
      $0.hasBiases = true
      $0.hasHeadNorms = true
      $0.activation = .gelu
      $0.window = 4
      ($0.headCount, $0.groupCount, $0.dHead) = (6, 2, 20)
    },
  ]
}
