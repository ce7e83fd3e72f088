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
    let stream = stream(of: tokens, firstPosition: cache.positionCount, &activations)
    var edits = Unedited()
    return run(tokens, stream, from: 0, continuing: &cache, &activations, logits: logits, editing: &edits)
  }

  /// Reads `tokens` from a layer on, with edits.
  ///
  /// - Parameters:
  ///   - stream: The residual stream before `layer`, `[tokens, dModel]`.
  ///   - cache: The positions before `tokens`; the layers below `layer` already hold those of `tokens` as well.
  public func run(
    _ tokens: [Int], stream: Matrix, from layer: Int, continuing cache: inout KeyValueCache,
    recording: Set<HookPoint> = [], logits: LogitPositions = .all, editing edits: inout some BlockEdits
  ) -> ForwardPass {
    var activations = ActivationCache(recording: recording)
    return run(tokens, stream, from: layer, continuing: &cache, &activations, logits: logits, editing: &edits)
  }

  private func run(
    _ tokens: [Int], _ start: Matrix, from layer: Int, continuing cache: inout KeyValueCache,
    _ activations: inout ActivationCache, logits: LogitPositions, editing edits: inout some BlockEdits
  ) -> ForwardPass {
    precondition(start.rows == tokens.count, "a stream \(start.shape) of \(tokens.count) tokens")
    var stream = start
    for layer in layer..<configuration.layerCount {
      stream = block(layer, stream, &cache, &activations, &edits)
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

  /// Returns the residual stream before the first layer, `[positions, dModel]`.
  public func stream(of tokens: [Int], firstPosition: Int) -> Matrix {
    var activations = ActivationCache()
    return stream(of: tokens, firstPosition: firstPosition, &activations)
  }

  private func stream(of tokens: [Int], firstPosition: Int, _ activations: inout ActivationCache) -> Matrix {
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
    return logits(normalized[rows: rows])
  }

  /// Returns the logits, `[rows, dVocab]`, for what the final norm gives before its weight.
  func logits(_ normalized: Matrix) -> Matrix {
    var logits = uncappedLogits(normalized)
    if let cap = configuration.logitSoftCap { logits.softCap(cap) }
    return logits
  }

  /// Returns the logits before a soft cap, `[rows, dVocab]`, for what the final norm gives before its weight.
  public func uncappedLogits(_ normalized: Matrix) -> Matrix {
    weights.unembedding(apply(weights.finalNorm, to: normalized), workers)
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
