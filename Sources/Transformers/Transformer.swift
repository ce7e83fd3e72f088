public import LinearAlgebra

/// A decoder-only transformer: weights, and how its parts are put together.
///
/// One prompt at a time, no batch dimension: the residual stream is `[positions, dModel]`.
public struct Transformer: Sendable {
  /// Sizes and variants.
  public let configuration: TransformerConfiguration
  /// The weights, where they are stored.
  public let weights: TransformerWeights
  /// The threads that share the work.
  public let workers: Workers

  /// Puts a model together; shapes must fit the configuration, and norms behind a part must not subtract the mean.
  public init(
    configuration: TransformerConfiguration, weights: TransformerWeights, workers: Workers = Workers()
  ) {
    precondition(weights.blocks.count == configuration.layerCount, "\(weights.blocks.count) blocks")
    precondition(
      weights.embedding.rows == configuration.dVocab && weights.embedding.columns == configuration.dModel,
      "embedding [\(weights.embedding.rows), \(weights.embedding.columns)]")
    precondition(
      !configuration.norm.isCentred
        || weights.blocks.allSatisfy { $0.attentionPostNorm == nil && $0.mlpPostNorm == nil },
      "a LayerNorm behind attention or MLP")
    self.configuration = configuration
    self.weights = weights
    self.workers = workers
  }
}

/// Which positions' logits a forward pass computes.
public enum LogitPositions: Sendable {
  case all
  case last
  case none
}

/// What a forward pass gives.
public struct ForwardPass: Sendable {
  /// The tokens read.
  public let tokens: [Int]
  /// The logits, `[positions asked for, dVocab]`.
  public let logits: Matrix
  /// What was recorded on the way.
  public let activations: ActivationCache
}

extension Transformer {
  /// Reads `tokens` and gives the logits.
  ///
  /// - Parameters:
  ///   - tokens: Token ids below `dVocab`, at least one.
  ///   - recording: The places whose values to keep.
  ///   - logits: The positions whose logits to compute.
  public func run(
    _ tokens: [Int], recording: Set<HookPoint> = [], logits: LogitPositions = .all
  ) -> ForwardPass {
    var cache = KeyValueCache(layerCount: configuration.layerCount)
    return run(tokens, continuing: &cache, recording: recording, logits: logits)
  }

  /// Reads `tokens` behind the positions that `cache` holds, and adds them to it.
  public func run(
    _ tokens: [Int], continuing cache: inout KeyValueCache, recording: Set<HookPoint> = [],
    logits: LogitPositions = .all
  ) -> ForwardPass {
    var activations = ActivationCache(recording: recording)
    var stream = embed(tokens, firstPosition: cache.positionCount, &activations)
    for layer in 0..<configuration.layerCount {
      activations.record(.residPre, layer, stream)
      stream += attention(layer, stream, &cache, &activations)
      activations.record(.residMid, layer, stream)
      stream += mlp(layer, stream, &activations)
      activations.record(.residPost, layer, stream)
    }
    cache.positionCount += tokens.count
    let last = tokens.count - 1..<tokens.count
    let asked: Matrix =
      switch logits {
      case .all: unembed(stream, &activations)
      case .last where activations.wanted.isEmpty: unembed(stream[rows: last], &activations)
      case .last: unembed(stream, last: last, &activations)
      case .none: Matrix(rows: 0, columns: configuration.dVocab)
      }
    return ForwardPass(tokens: tokens, logits: asked, activations: activations)
  }

  /// Returns what the tokens bring into the residual stream, `[positions, dModel]`: embeddings without positions.
  public func embeddings(_ tokens: [Int]) -> Matrix {
    precondition(
      tokens.allSatisfy { $0 >= 0 && $0 < configuration.dVocab }, "a token beyond \(configuration.dVocab)")
    var stream = weights.embedding.gathered(tokens)
    if configuration.embeddingScale != 1 { stream.scale(by: configuration.embeddingScale) }
    return stream
  }

  private func embed(_ tokens: [Int], firstPosition: Int, _ activations: inout ActivationCache) -> Matrix {
    precondition(!tokens.isEmpty, "no tokens")
    var stream = embeddings(tokens)
    activations.record(.embed, 0, stream)
    if let positions = weights.positionEmbedding {
      let added = positions.gathered(firstPosition..<firstPosition + tokens.count)
      activations.record(.positionEmbed, 0, added)
      stream += added
    }
    return stream
  }

  /// Returns the logits of every row of the residual stream behind the last block.
  private func unembed(_ stream: Matrix, _ activations: inout ActivationCache) -> Matrix {
    unembed(stream, last: 0..<stream.rows, &activations)
  }

  private func unembed(_ stream: Matrix, last rows: Range<Int>, _ activations: inout ActivationCache)
    -> Matrix
  {
    let (normalized, scale) = normalize(stream)
    activations.record(.finalNormScale, 0, Matrix(rows: stream.rows, columns: 1, storage: scale))
    activations.record(.finalNormalized, 0, normalized)
    var logits = weights.unembedding(apply(weights.finalNorm, to: normalized[rows: rows]), workers)
    if let cap = configuration.logitSoftCap { logits.softCap(cap) }
    return logits
  }

  /// Divides every row by the root of its mean square, centred first where the norm says so.
  func normalize(_ x: Matrix) -> (normalized: Matrix, scale: [Float]) {
    var normalized = x
    if configuration.norm.isCentred { normalized.centerRows() }
    let scale = normalized.rootMeanSquares(epsilon: configuration.norm.epsilon)
    normalized.scaleRows(by: scale.map { 1 / $0 })
    return (normalized, scale)
  }

  /// Applies a norm's weight and bias to rows that are normalised.
  func apply(_ norm: NormWeights, to normalized: Matrix) -> Matrix {
    var result = normalized
    result.scaleColumns(by: norm.weight)
    if let bias = norm.bias { result.add(toEveryRow: bias) }
    return result
  }
}
