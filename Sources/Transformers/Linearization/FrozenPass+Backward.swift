public import LinearAlgebra

extension FrozenPass {
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
    var directions = vectors
    if hook == .mlpIn { directions.scaleColumns(by: transformer.weights.blocks[layer].mlpNorm.weight) }
    if transformer.configuration.norm.isCentred { directions.centerRows() }
    directions.scaleRows(by: positions.map { 1 / mlpScales[layer][$0] })
    return directions
  }

  /// Returns the directions in the stream behind the last block that vectors at the final norm's output read.
  ///
  /// - Parameter vectors: One a row, `[n, dModel]`; all are read at `position`.
  public func readDirections(throughFinalNorm vectors: Matrix, position: Int) -> Matrix {
    var directions = vectors
    directions.scaleColumns(by: transformer.weights.finalNorm.weight)
    if transformer.configuration.norm.isCentred { directions.centerRows() }
    directions.scale(by: 1 / finalScales[position])
    return directions
  }

  /// Returns what multiplies the columns (nil: nothing) and each position's rows of what is written at an output
  /// place on its way into the residual stream.
  public func outputFactors(_ layer: Int, hook: HookPoint.Kind) -> (columns: [Float]?, positions: [Float]) {
    guard hook == .mlpRawOut, let norm = transformer.weights.blocks[layer].mlpPostNorm,
      let scales = mlpPostScales[layer]
    else { return (nil, Array(repeating: 1, count: positionCount)) }
    return (norm.weight, scales.map { 1 / $0 })
  }

  /// Returns a skip connection as the map from the gradient behind a layer's MLP to the one before it, and the factor
  /// of each position.
  ///
  /// - Parameter skip: `[dModel, dModel]`, output by input: what the MLP's output place gains is `skip · x`.
  public func pulledSkip(
    _ skip: Matrix, layer: Int, input: HookPoint.Kind, output: HookPoint.Kind
  ) -> (map: Matrix, factors: [Float]) {
    let behind = outputFactors(layer, hook: output)
    var map = skip
    if let columns = behind.columns { map.scaleRows(by: columns) }
    guard input != .residMid else { return (map, behind.positions) }
    if input == .mlpIn { map.scaleColumns(by: transformer.weights.blocks[layer].mlpNorm.weight) }
    if transformer.configuration.norm.isCentred { map.centerRows() }
    return (map, zip(behind.positions, mlpScales[layer]).map { $0 / $1 })
  }
}
