import LinearAlgebra

extension Transformer {
  /// Returns what a layer's attention adds to the residual stream, `[positions, dModel]`.
  func attention(
    _ layer: Int, _ stream: Matrix, _ cache: inout KeyValueCache, _ activations: inout ActivationCache
  ) -> Matrix {
    let block = weights.blocks[layer]
    let (normalized, scale) = normalize(stream)
    activations.record(.attentionNormScale, layer, Matrix(rows: stream.rows, columns: 1, storage: scale))
    activations.record(.attentionNormalized, layer, normalized)
    let x = apply(block.attentionNorm, to: normalized)
    let firstPosition = cache.positionCount
    let queries = rotated(
      block.query, block.queryNorm, x, layer, firstPosition, (.q, .rotatedQ), &activations)
    let keys = rotated(block.key, block.keyNorm, x, layer, firstPosition, (.k, .rotatedK), &activations)
    let values = block.value(x, workers)
    activations.record(.v, layer, values)
    let all = cache.append(layer: layer, keys: keys, values: values)
    let pattern = AttentionPattern(
      queries: queries, keys: all.keys, headCount: configuration.headCount, groups: configuration.groupCount,
      rule: configuration.attention[layer], workers)
    activations.record(layer, pattern)
    let read = pattern.mix(all.values, groups: configuration.groupCount, workers)
    activations.record(.z, layer, read)
    let out = postNormed(
      block.output(read, workers), block.attentionPostNorm, layer, .attentionPostNormScale, &activations)
    activations.record(.attentionOut, layer, out)
    return out
  }

  private func rotated(
    _ map: Linear, _ norm: NormWeights?, _ x: Matrix, _ layer: Int, _ firstPosition: Int,
    _ kinds: (before: HookPoint.Kind, after: HookPoint.Kind), _ activations: inout ActivationCache
  ) -> Matrix {
    var heads = map(x, workers)
    if let norm { heads = normalizedHeads(heads, norm) }
    activations.record(kinds.before, layer, heads)
    if !configuration.rotary.isEmpty {
      configuration.rotary[layer].rotate(&heads, dHead: configuration.dHead, firstPosition: firstPosition)
    }
    activations.record(kinds.after, layer, heads)
    return heads
  }

  private func normalizedHeads(_ heads: Matrix, _ norm: NormWeights) -> Matrix {
    let rows = heads.reshaped(columns: configuration.dHead)
    return apply(norm, to: normalize(rows).normalized).reshaped(columns: heads.columns)
  }

  /// Applies the norm behind a part, where the model has one.
  private func postNormed(
    _ out: Matrix, _ norm: NormWeights?, _ layer: Int, _ kind: HookPoint.Kind,
    _ activations: inout ActivationCache
  ) -> Matrix {
    guard let norm else { return out }
    let (normalized, scale) = normalize(out)
    activations.record(kind, layer, Matrix(rows: out.rows, columns: 1, storage: scale))
    return apply(norm, to: normalized)
  }

  /// Returns what a layer's MLP adds to the residual stream, `[positions, dModel]`.
  func mlp(_ layer: Int, _ stream: Matrix, _ activations: inout ActivationCache) -> Matrix {
    let block = weights.blocks[layer]
    let (normalized, scale) = normalize(stream)
    activations.record(.mlpNormScale, layer, Matrix(rows: stream.rows, columns: 1, storage: scale))
    activations.record(.mlpNormalized, layer, normalized)
    let x = apply(block.mlpNorm, to: normalized)
    activations.record(.mlpIn, layer, x)
    let up = block.up(x, workers)
    let gate = block.gate.map { $0(x, workers) }
    activations.record(.mlpPre, layer, gate ?? up)
    if gate != nil { activations.record(.mlpPreLinear, layer, up) }
    let neurons = Matrix.gated(configuration.activation, gate: gate ?? up, up: gate == nil ? nil : up)
    activations.record(.mlpPost, layer, neurons)
    let raw = block.down(neurons, workers)
    activations.record(.mlpRawOut, layer, raw)
    let out = postNormed(raw, block.mlpPostNorm, layer, .mlpPostNormScale, &activations)
    activations.record(.mlpOut, layer, out)
    return out
  }
}
