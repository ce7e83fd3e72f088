package import LinearAlgebra

extension Transformer {
  /// Carries a whole prompt's residual stream, `[positions, dModel]`, through one block.
  ///
  /// - Parameter edits: What is put in the place of the block's own values; nil for nothing.
  package func run(
    layer: Int, on stream: Matrix, recording: Set<HookPoint>, editing edits: (any BlockEdits)? = nil
  ) -> (stream: Matrix, activations: ActivationCache) {
    var cache = KeyValueCache(layerCount: configuration.layerCount)
    var activations = ActivationCache(recording: recording)
    guard var edits else {
      var edits = Unedited()
      return (block(layer, stream, &cache, &activations, &edits), activations)
    }
    return (block(layer, stream, &cache, &activations, &edits), activations)
  }

  /// Carries the residual stream through one block, `[positions, dModel]`.
  ///
  /// - Parameter edits: What is put in the place of the block's own values.
  func block(
    _ layer: Int, _ stream: Matrix, _ cache: inout KeyValueCache, _ activations: inout ActivationCache,
    _ edits: inout some BlockEdits
  ) -> Matrix {
    activations.record(.residPre, layer, stream)
    var result = stream
    result += attention(layer, stream, &cache, &activations, edits)
    let read = configuration.hasParallelResidual ? stream : result
    activations.record(.residMid, layer, read)
    result += mlp(layer, read, &activations, &edits)
    activations.record(.residPost, layer, result)
    return result
  }

  /// Returns what a layer's attention adds to the residual stream, `[positions, dModel]`.
  func attention(
    _ layer: Int, _ stream: Matrix, _ cache: inout KeyValueCache, _ activations: inout ActivationCache,
    _ edits: some BlockEdits
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
    let pattern =
      edits.pattern(layer)
      ?? AttentionPattern(
        queries: queries, keys: all.keys, headCount: configuration.headCount,
        groups: configuration.groupCount, rule: configuration.attention[layer], workers)
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
  func postNormed(
    _ out: Matrix, _ norm: NormWeights?, _ layer: Int, _ kind: HookPoint.Kind,
    _ activations: inout ActivationCache
  ) -> Matrix {
    guard let norm else { return out }
    let (normalized, scale) = normalize(out)
    activations.record(kind, layer, Matrix(rows: out.rows, columns: 1, storage: scale))
    return apply(norm, to: normalized)
  }

  /// Returns what a layer's MLP adds to the residual stream, `[positions, dModel]`.
  private func mlp(
    _ layer: Int, _ stream: Matrix, _ activations: inout ActivationCache, _ edits: inout some BlockEdits
  ) -> Matrix {
    let x = mlpInput(layer, stream, &activations)
    let raw = edits.output(at: .mlpRawOut, layer, &activations) { neurons(layer, x, &$0) }
    activations.record(.mlpRawOut, layer, raw)
    let out = edits.output(at: .mlpOut, layer, &activations) {
      postNormed(raw, weights.blocks[layer].mlpPostNorm, layer, .mlpPostNormScale, &$0)
    }
    activations.record(.mlpOut, layer, out)
    return out
  }

  /// Returns what a layer's MLP reads behind its norm, `[positions, dModel]`.
  func mlpInput(_ layer: Int, _ stream: Matrix, _ activations: inout ActivationCache) -> Matrix {
    let (normalized, scale) = normalize(stream)
    activations.record(.mlpNormScale, layer, Matrix(rows: stream.rows, columns: 1, storage: scale))
    activations.record(.mlpNormalized, layer, normalized)
    let x = apply(weights.blocks[layer].mlpNorm, to: normalized)
    activations.record(.mlpIn, layer, x)
    return x
  }

  /// Returns what the neurons of a layer write for what the MLP reads, `[positions, dModel]`.
  private func neurons(_ layer: Int, _ x: Matrix, _ activations: inout ActivationCache) -> Matrix {
    let block = weights.blocks[layer]
    let up = block.up(x, workers)
    let gate = block.gate.map { $0(x, workers) }
    activations.record(.mlpPre, layer, gate ?? up)
    if gate != nil { activations.record(.mlpPreLinear, layer, up) }
    let neurons = Matrix.gated(configuration.activation, gate: gate ?? up, up: gate == nil ? nil : up)
    activations.record(.mlpPost, layer, neurons)
    return block.down(neurons, workers)
  }
}
