public import LinearAlgebra

extension FrozenPass {
  /// Carries gradients from behind a block to before it; nothing passes the MLP but what stands beside it.
  ///
  /// 1. A skip connection beside the MLP adds what it reads.
  /// 2. What reads the MLP's input joins.
  /// 3. Attention adds what it reads.
  ///
  /// Where attention and MLP stand beside each other, 1 and 3 take the same gradients, and 2 comes last.
  ///
  /// - Parameters:
  ///   - zeroStream: As for `frozenAttention`.
  ///   - join: Adds to the gradients at the MLP's input (`hook_resid_mid`).
  /// - Returns: For each target, what reaches the value at position 0.
  public func pull(
    _ gradients: inout CausalRows, through layer: Int, zeroStream: Matrix, skip: PulledSkip? = nil,
    joining join: (inout CausalRows) -> Void
  ) -> [Float] {
    let workers = transformer.workers
    let nothing = [Float](repeating: 0, count: gradients.lastPositions.count)
    if transformer.configuration.hasParallelResidual {
      let isEmpty = gradients.joined == 0
      let reach =
        isEmpty
        ? nothing
        : gradients.pull(
          through: frozenAttention(layer, zeroStream: zeroStream), beside: skip, workers)
      join(&gradients)
      return reach
    }
    if let skip { gradients.pull(through: skip, workers) }
    join(&gradients)
    guard gradients.joined > 0 else { return nothing }
    return gradients.pull(through: frozenAttention(layer, zeroStream: zeroStream), workers)
  }

  /// Returns a layer's attention as the linear map that `CausalRows.pull(through:)` carries gradients back through.
  ///
  /// The norms' weights are folded into the value and output maps, their denominators into the pattern, and the
  /// mean that a LayerNorm subtracts into the value map.
  ///
  /// - Parameter zeroStream: The part of the residual stream before the layer that the first token alone causes at
  ///   position 0, `[1, dModel]`.
  public func frozenAttention(_ layer: Int, zeroStream: Matrix) -> FrozenAttention {
    let block = transformer.weights.blocks[layer]
    var value = block.value.weight.widened(transformer.workers)
    value.scaleColumns(by: block.attentionNorm.weight)
    if transformer.configuration.norm.isCentred { value.centerRows() }
    var output = block.output.weight.widened(transformer.workers)
    if let norm = block.attentionPostNorm { output.scaleRows(by: norm.weight) }
    let pattern = pattern(layer).scaled(
      queries: attentionPostScales[layer].map { $0.map { 1 / $0 } },
      keys: attentionScales[layer].map { 1 / $0 }, transformer.workers)
    let zeroValue = zeroStream.times(transposed: value, transformer.workers).storage
    return FrozenAttention(output: output, value: value, pattern: pattern, zeroValue: zeroValue)
  }

  /// Returns the directions in a layer's `hook_resid_mid` that vectors at an input place read.
  ///
  /// - Parameters:
  ///   - vectors: One a row, at the input place, `[n, dModel]`.
  ///   - positions: The position of each.
  public func readDirections(_ vectors: Matrix, layer: Int, positions: [Int], hook: HookPoint.Kind) -> Matrix
  {
    precondition(vectors.rows == positions.count, "\(vectors.shape), \(positions.count) positions")
    guard hook != .residMid else { return vectors }
    let norm = hook == .mlpIn ? transformer.weights.blocks[layer].mlpNorm : nil
    return transformer.pulled(vectors, throughFrozen: norm, scales: positions.map { mlpScales[layer][$0] })
  }

  /// Returns the directions in the stream behind the last block that vectors at the final norm's output read.
  ///
  /// - Parameter vectors: One a row, `[n, dModel]`; all are read at `position`.
  public func readDirections(throughFinalNorm vectors: Matrix, position: Int) -> Matrix {
    transformer.pulled(
      vectors, throughFrozen: transformer.weights.finalNorm,
      scales: Array(repeating: finalScales[position], count: vectors.rows))
  }

  /// Returns what multiplies the columns (nil: nothing) and each position's rows of what is written at an output
  /// place on its way into the residual stream.
  public func outputFactors(_ layer: Int, hook: HookPoint.Kind) -> (columns: [Float]?, positions: [Float]) {
    guard hook == .mlpRawOut, let norm = transformer.weights.blocks[layer].mlpPostNorm,
      let scales = mlpPostScales[layer]
    else { return (nil, Array(repeating: 1, count: positionCount)) }
    return (norm.weight, scales.map { 1 / $0 })
  }

  /// Returns a skip connection as the map from the gradient behind a layer's MLP to the one before it.
  ///
  /// - Parameter skip: `[dModel, dModel]`, output by input: what the MLP's output place gains is `skip · x`.
  public func pulledSkip(
    _ skip: Matrix, layer: Int, input: HookPoint.Kind, output: HookPoint.Kind
  ) -> PulledSkip {
    let behind = outputFactors(layer, hook: output)
    var map = skip
    if let columns = behind.columns { map.scaleRows(by: columns) }
    guard input != .residMid else { return PulledSkip(map: map, factors: behind.positions) }
    if input == .mlpIn { map.scaleColumns(by: transformer.weights.blocks[layer].mlpNorm.weight) }
    if transformer.configuration.norm.isCentred { map.centerRows() }
    return PulledSkip(map: map, factors: zip(behind.positions, mlpScales[layer]).map { $0 / $1 })
  }
}
