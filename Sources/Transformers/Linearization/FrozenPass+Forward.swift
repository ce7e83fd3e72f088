public import LinearAlgebra

extension FrozenPass {
  /// Carries inputs forward through the frozen model.
  ///
  /// 1. The stream starts as `embedding`.
  /// 2. In each layer attention adds its frozen, linear reading of the stream, and `mlpOutput` is asked for what is
  ///    added besides, given the stream behind attention, or before it where both stand beside each other.
  ///
  /// - Parameters:
  ///   - embedding: What enters the stream, `[positions, dModel]`.
  ///   - biases: Whether the constant terms of attention and norms count as well.
  ///   - entering: Receives the stream before each layer.
  ///   - mlpOutput: What is added at a layer (`hook_mlp_out`), given the stream that the MLP reads there.
  /// - Returns: The stream behind the last block, `[positions, dModel]`.
  public func propagate(
    embedding: Matrix, biases: Bool, entering: (_ layer: Int, _ stream: Matrix) -> Void = { _, _ in },
    mlpOutput: (_ layer: Int, _ residMid: Matrix) -> Matrix?
  ) -> Matrix {
    precondition(embedding.rows == positionCount, "\(embedding.shape) for \(positionCount) positions")
    var stream = embedding
    for layer in 0..<transformer.configuration.layerCount {
      entering(layer, stream)
      let before = stream
      stream += attention(layer, before, biases: biases)
      let read = transformer.configuration.hasParallelResidual ? before : stream
      if let added = mlpOutput(layer, read) { stream += added }
    }
    return stream
  }

  /// Returns the frozen attention's linear reading of a stream, `[positions, dModel]`.
  func attention(_ layer: Int, _ stream: Matrix, biases: Bool) -> Matrix {
    let block = transformer.weights.blocks[layer]
    let groups = transformer.configuration.groupCount
    let x = frozenNorm(stream, block.attentionNorm, attentionScales[layer], biases: biases)
    let values = linear(block.value, x, biases: biases)
    let read = pattern(layer).mix(values, groups: groups, transformer.workers)
    let out = linear(block.output, read, biases: biases)
    guard let norm = block.attentionPostNorm, let scales = attentionPostScales[layer] else { return out }
    return frozenNorm(out, norm, scales, biases: biases)
  }

  /// Returns what a place in a layer holds for a linear stream behind that layer's attention.
  ///
  /// - Parameter hook: `hook_resid_mid`, `ln2.hook_normalized` or `mlp.hook_in`.
  public func mlpInput(_ layer: Int, _ residMid: Matrix, hook: HookPoint.Kind, biases: Bool) -> Matrix {
    switch hook {
    case .residMid: return residMid
    case .mlpNormalized:
      var normalized = centred(residMid)
      normalized.scaleRows(by: mlpScales[layer].map { 1 / $0 })
      return normalized
    case .mlpIn:
      return frozenNorm(residMid, transformer.weights.blocks[layer].mlpNorm, mlpScales[layer], biases: biases)
    default: preconditionFailure("\(hook.rawValue) is not a place that a transcoder reads")
    }
  }

  /// Returns what is added to the stream (`hook_mlp_out`) when `output` is given at a layer's output place.
  ///
  /// - Parameter hook: `mlp.hook_out` (before a norm behind the MLP) or `hook_mlp_out`.
  public func added(_ layer: Int, _ output: Matrix, hook: HookPoint.Kind, biases: Bool) -> Matrix {
    guard hook == .mlpRawOut, let norm = transformer.weights.blocks[layer].mlpPostNorm,
      let scales = mlpPostScales[layer]
    else { return output }
    return frozenNorm(output, norm, scales, biases: biases)
  }

  /// Returns the logits before any soft cap that a stream behind the last block gives, `[rows, dVocab]`.
  public func logits(_ stream: Matrix, rows: Range<Int>, biases: Bool) -> Matrix {
    let normalized = frozenNorm(
      stream[rows: rows], transformer.weights.finalNorm, Array(finalScales[rows]), biases: biases)
    return linear(transformer.weights.unembedding, normalized, biases: biases)
  }

  private func centred(_ x: Matrix) -> Matrix {
    guard transformer.configuration.norm.isCentred else { return x }
    var centred = x
    centred.centerRows()
    return centred
  }

  private func frozenNorm(_ x: Matrix, _ norm: NormWeights, _ scales: [Float], biases: Bool) -> Matrix {
    var result = centred(x)
    result.scaleRows(by: scales.map { 1 / $0 })
    result.scaleColumns(by: norm.weight)
    if biases, let bias = norm.bias { result.add(toEveryRow: bias) }
    return result
  }

  private func linear(_ map: Linear, _ x: Matrix, biases: Bool) -> Matrix {
    biases ? map(x, transformer.workers) : x.times(transposed: map.weight, transformer.workers)
  }
}
