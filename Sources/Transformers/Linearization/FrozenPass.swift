public import LinearAlgebra

/// One prompt's forward pass with attention patterns and the denominators of all norms held constant.
///
/// What remains is linear in the residual stream, except for the MLPs, whose outputs are given from outside: the
/// frame of the local replacement model (methods paper, §"Building the Local Replacement Model").
public struct FrozenPass: Sendable {
  /// The model.
  public let transformer: Transformer
  /// The number of positions.
  public let positionCount: Int
  let queries: [Matrix]
  let keys: [Matrix]
  let attentionScales: [[Float]]
  let attentionPostScales: [[Float]?]
  let mlpScales: [[Float]]
  let mlpPostScales: [[Float]?]
  let finalScales: [Float]

  /// The places that a forward pass must record so that it can be frozen.
  public static func recording(layerCount: Int) -> Set<HookPoint> {
    let kinds: [HookPoint.Kind] = [
      .rotatedQ, .rotatedK, .attentionNormScale, .attentionPostNormScale, .mlpNormScale, .mlpPostNormScale,
    ]
    let perLayer = (0..<layerCount).flatMap { layer in kinds.map { HookPoint($0, layer: layer) } }
    return Set(perLayer + [HookPoint(.finalNormScale)])
  }

  /// Freezes a pass that recorded at least `recording(layerCount:)`.
  public init(_ transformer: Transformer, _ activations: ActivationCache) {
    let layers = 0..<transformer.configuration.layerCount
    self.transformer = transformer
    queries = layers.compactMap { activations[.rotatedQ, $0] }
    keys = layers.compactMap { activations[.rotatedK, $0] }
    attentionScales = layers.compactMap { activations[.attentionNormScale, $0]?.storage }
    attentionPostScales = layers.map { activations[.attentionPostNormScale, $0]?.storage }
    mlpScales = layers.compactMap { activations[.mlpNormScale, $0]?.storage }
    mlpPostScales = layers.map { activations[.mlpPostNormScale, $0]?.storage }
    finalScales = activations[.finalNormScale]?.storage ?? []
    positionCount = finalScales.count
    precondition(
      queries.count == layers.count && keys.count == layers.count && attentionScales.count == layers.count
        && mlpScales.count == layers.count && positionCount > 0,
      "a pass that did not record what freezing needs")
  }

  private init(
    _ whole: FrozenPass, positions: Int
  ) {
    transformer = whole.transformer
    positionCount = positions
    queries = whole.queries.map { $0[rows: 0..<positions] }
    keys = whole.keys.map { $0[rows: 0..<positions] }
    attentionScales = whole.attentionScales.map { Array($0.prefix(positions)) }
    attentionPostScales = whole.attentionPostScales.map { $0.map { Array($0.prefix(positions)) } }
    mlpScales = whole.mlpScales.map { Array($0.prefix(positions)) }
    mlpPostScales = whole.mlpPostScales.map { $0.map { Array($0.prefix(positions)) } }
    finalScales = Array(whole.finalScales.prefix(positions))
  }

  /// Returns a layer's attention pattern, computed again from the queries and keys of the pass: the same bits.
  ///
  /// A pattern grows with the square of the prompt; kept for every layer it would be most of the memory of a long one.
  public func pattern(_ layer: Int) -> AttentionPattern {
    let configuration = transformer.configuration
    return AttentionPattern(
      queries: queries[layer], keys: keys[layer], headCount: configuration.headCount,
      groups: configuration.groupCount, rule: configuration.attention[layer], transformer.workers)
  }

  /// Returns the pass of the first `positions` positions alone: later ones cannot reach them.
  public func prefix(_ positions: Int) -> FrozenPass {
    precondition(positions > 0 && positions <= positionCount, "\(positions) of \(positionCount) positions")
    return FrozenPass(self, positions: positions)
  }
}
