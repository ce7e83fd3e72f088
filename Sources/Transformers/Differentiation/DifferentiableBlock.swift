package import LinearAlgebra

/// One block's run over one context whose MLP something else computes, and the exact gradient of that run.
///
/// Forward: `init` reads the stream; the caller computes what stands at the MLP's output place from `read(at:)`; `finish`
/// adds it. Backward, for gradients behind the block:
/// 1. `outputGradient` carries them through a norm behind the MLP to its output place; the caller carries that on to the
///    input place.
/// 2. `pull` joins it there, and carries the sum through the norm before the MLP, attention (softmax, scores, rotation,
///    head norms) and the norms around it. Where attention and MLP stand beside each other, both take the same gradients.
///
/// Unlike in `FrozenPass` neither patterns nor denominators are constants. Patterns are computed again, so that memory grows
/// with the context and not its square.
package struct DifferentiableBlock: Sendable {
  private let transformer: Transformer
  private let layer: Int
  /// The stream behind attention, until the block is finished.
  private var stream: Matrix
  private var activations: ActivationCache

  /// Reads the stream before a layer up to where its MLP reads, `[positions, dModel]`.
  package init(_ transformer: Transformer, layer: Int, stream before: Matrix) {
    self.transformer = transformer
    self.layer = layer
    var kinds: [HookPoint.Kind] = [
      .attentionNormScale, .attentionNormalized, .rotatedQ, .rotatedK, .v, .residMid, .mlpNormScale,
      .mlpNormalized,
    ]
    if transformer.weights.blocks[layer].attentionPostNorm != nil { kinds.append(.z) }
    activations = ActivationCache(recording: Set(kinds.map { HookPoint($0, layer: layer) }))
    stream = before
    var cache = KeyValueCache(layerCount: transformer.configuration.layerCount)
    stream += transformer.attention(layer, before, &cache, &activations, Unedited())
    let read = transformer.configuration.hasParallelResidual ? before : stream
    activations.record(.residMid, layer, read)
    _ = transformer.mlpInput(layer, read, &activations)
  }

  private var weights: BlockWeights { transformer.weights.blocks[layer] }

  private func value(_ kind: HookPoint.Kind) -> Matrix {
    guard let value = activations[kind, layer] else {
      preconditionFailure("no \(kind.rawValue) of layer \(layer)")
    }
    return value
  }

  /// Returns what stands at an input place of the MLP, `[positions, dModel]`; before `finish`.
  ///
  /// - Parameter hook: `hook_resid_mid`, `ln2.hook_normalized` or `mlp.hook_in`.
  package func read(at hook: HookPoint.Kind) -> Matrix {
    switch hook {
    case .residMid, .mlpNormalized: value(hook)
    case .mlpIn: transformer.apply(weights.mlpNorm, to: value(.mlpNormalized))
    default: preconditionFailure("\(hook.rawValue) is not a place that a transcoder reads")
    }
  }

  /// Returns the stream behind the block when `output` stands at an output place of its MLP.
  ///
  /// - Parameter hook: `mlp.hook_out` or `hook_mlp_out`.
  package mutating func finish(_ output: Matrix, at hook: HookPoint.Kind) -> Matrix {
    var added = output
    if hook == .mlpRawOut, let norm = weights.mlpPostNorm {
      let (normalized, scale) = transformer.normalize(output)
      postNorm = (normalized, scale)
      added = transformer.apply(norm, to: normalized)
    }
    let result = stream + added
    stream = Matrix(rows: 0, columns: stream.columns)
    activations.forget(.residMid, layer)
    return result
  }

  /// What the norm behind the MLP gave before its weight, and its denominators.
  private var postNorm: (normalized: Matrix, scale: [Float])?

  /// Returns the gradients at an output place of the MLP for those behind the block, `[positions, dModel]`.
  package func outputGradient(_ gradient: Matrix, at hook: HookPoint.Kind) -> Matrix {
    guard hook == .mlpRawOut, let norm = weights.mlpPostNorm, let postNorm else { return gradient }
    return transformer.pulled(
      gradient, through: norm, normalized: postNorm.normalized, scales: postNorm.scale)
  }

  /// Carries gradients from behind the block to before it, `[positions, dModel]`.
  ///
  /// - Parameters:
  ///   - mlp: The gradients at an input place of the MLP, by way of the MLP.
  ///   - hook: The place.
  package func pull(_ gradient: Matrix, joining mlp: Matrix, at hook: HookPoint.Kind) -> Matrix {
    var joined = mlp
    if hook != .residMid {
      joined = transformer.pulled(
        mlp, through: hook == .mlpIn ? weights.mlpNorm : nil, normalized: value(.mlpNormalized),
        scales: value(.mlpNormScale).storage)
    }
    let behind = gradient + joined
    if transformer.configuration.hasParallelResidual { return behind + pullAttention(gradient) }
    return behind + pullAttention(behind)
  }

  /// Returns what attention adds to the gradients before it, for those at what it gave.
  private func pullAttention(_ gradient: Matrix) -> Matrix {
    let configuration = transformer.configuration
    let heads = transformer.pulled(pullPostNorm(gradient), through: weights.output)
    let operands = AttentionOperands(queries: value(.rotatedQ), keys: value(.rotatedK), values: value(.v))
    let rule = configuration.attention[layer]
    let pattern = AttentionPattern(
      queries: operands.queries, keys: operands.keys, headCount: configuration.headCount,
      groups: configuration.groupCount, rule: rule, transformer.workers)
    let parts = pattern.pull(
      heads, to: operands, groups: configuration.groupCount, rule: rule, transformer.workers)
    let normalized = value(.attentionNormalized)
    let hasHeadNorms = weights.queryNorm != nil || weights.keyNorm != nil
    let read = hasHeadNorms ? transformer.apply(weights.attentionNorm, to: normalized) : normalized
    var sum = transformer.pulled(parts.values, through: weights.value)
    sum += transformer.pulled(
      parts.queries, throughHeads: weights.query, weights.queryNorm, layer: layer, read: read)
    sum += transformer.pulled(
      parts.keys, throughHeads: weights.key, weights.keyNorm, layer: layer, read: read)
    return transformer.pulled(
      sum, through: weights.attentionNorm, normalized: normalized,
      scales: value(.attentionNormScale).storage)
  }

  private func pullPostNorm(_ gradient: Matrix) -> Matrix {
    guard let norm = weights.attentionPostNorm else { return gradient }
    let (normalized, scale) = transformer.normalize(weights.output(value(.z), transformer.workers))
    return transformer.pulled(gradient, through: norm, normalized: normalized, scales: scale)
  }
}
