public import LinearAlgebra

/// A linear map `x · weightᵀ + bias`.
public struct Linear: Sendable {
  /// `[outputs, inputs]`.
  public let weight: StoredMatrix
  /// `[outputs]`, or nil for none.
  public let bias: [Float]?

  /// Makes a map; a bias has as many numbers as the weight has rows.
  public init(weight: StoredMatrix, bias: [Float]? = nil) {
    precondition(
      bias.map { $0.count == weight.rows } ?? true, "bias of \(bias?.count ?? 0), \(weight.rows) outputs")
    self.weight = weight
    self.bias = bias
  }

  /// Applies the map to each row of `x`, `[positions, inputs]` → `[positions, outputs]`.
  public func callAsFunction(_ x: Matrix, _ workers: Workers) -> Matrix {
    var result = x.times(transposed: weight, workers)
    if let bias { result.add(toEveryRow: bias) }
    return result
  }
}

/// A norm's learned scale, and shift where it has one.
public struct NormWeights: Sendable {
  /// `[width]`.
  public let weight: [Float]
  /// `[width]`, or nil for none.
  public let bias: [Float]?

  /// Makes the weights.
  public init(weight: [Float], bias: [Float]? = nil) {
    self.weight = weight
    self.bias = bias
  }
}

/// The weights of one block.
public struct BlockWeights: Sendable {
  /// The norm before attention.
  public var attentionNorm: NormWeights
  /// Queries, `[headCount · dHead, dModel]`.
  public var query: Linear
  /// Keys, `[groupCount · dHead, dModel]`.
  public var key: Linear
  /// Values, `[groupCount · dHead, dModel]`.
  public var value: Linear
  /// The attention's output, `[dModel, headCount · dHead]`.
  public var output: Linear
  /// The norm of each head's query, `[dHead]`, where the model has one.
  public var queryNorm: NormWeights?
  /// The norm of each head's key, `[dHead]`, where the model has one.
  public var keyNorm: NormWeights?
  /// The norm behind the attention, where the model has one.
  public var attentionPostNorm: NormWeights?
  /// The norm before the MLP.
  public var mlpNorm: NormWeights
  /// The gate of a gated MLP, `[dMLP, dModel]`.
  public var gate: Linear?
  /// What enters the neurons, `[dMLP, dModel]`.
  public var up: Linear
  /// What the neurons write, `[dModel, dMLP]`.
  public var down: Linear
  /// The norm behind the MLP, where the model has one.
  public var mlpPostNorm: NormWeights?

  /// Puts a block together; what the model has not is nil.
  public init(
    attentionNorm: NormWeights, query: Linear, key: Linear, value: Linear, output: Linear,
    queryNorm: NormWeights? = nil, keyNorm: NormWeights? = nil, attentionPostNorm: NormWeights? = nil,
    mlpNorm: NormWeights, gate: Linear? = nil, up: Linear, down: Linear, mlpPostNorm: NormWeights? = nil
  ) {
    self.attentionNorm = attentionNorm
    self.query = query
    self.key = key
    self.value = value
    self.output = output
    self.queryNorm = queryNorm
    self.keyNorm = keyNorm
    self.attentionPostNorm = attentionPostNorm
    self.mlpNorm = mlpNorm
    self.gate = gate
    self.up = up
    self.down = down
    self.mlpPostNorm = mlpPostNorm
  }
}

extension BlockWeights {
  /// The linear maps that the block has.
  var linearMaps: [Linear] { [query, key, value, output, up, down] + (gate.map { [$0] } ?? []) }

  /// Lays out every linear map for products.
  mutating func layOut(_ workers: Workers) {
    let laidOut = { (map: Linear) in Linear(weight: map.weight.laidOut(workers), bias: map.bias) }
    (query, key, value, output) = (laidOut(query), laidOut(key), laidOut(value), laidOut(output))
    (up, down, gate) = (laidOut(up), laidOut(down), gate.map(laidOut))
  }
}

/// All weights of a model.
public struct TransformerWeights: Sendable {
  /// Token embeddings, `[dVocab, dModel]`.
  public var embedding: StoredMatrix
  /// Learned position embeddings, `[contextLength, dModel]`, where the model has them.
  public var positionEmbedding: StoredMatrix?
  /// The blocks, from the first layer to the last.
  public var blocks: [BlockWeights]
  /// The norm before the unembedding.
  public var finalNorm: NormWeights
  /// The unembedding, `[dVocab, dModel]`; the embedding itself when they are tied.
  public var unembedding: Linear

  /// Puts a model's weights together.
  public init(
    embedding: StoredMatrix, positionEmbedding: StoredMatrix? = nil, blocks: [BlockWeights],
    finalNorm: NormWeights, unembedding: Linear
  ) {
    self.embedding = embedding
    self.positionEmbedding = positionEmbedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.unembedding = unembedding
  }

  /// Numbers in the linear maps of all blocks.
  public var blockNumberCount: Int {
    blocks.reduce(0) { sum, block in
      sum + block.linearMaps.reduce(0) { $0 + $1.weight.rows * $1.weight.columns }
    }
  }

  /// Returns the weights with the blocks' linear maps laid out for products (``LinearAlgebra/StoredMatrix/laidOut(_:)``).
  public func laidOut(_ workers: Workers) -> TransformerWeights {
    var copy = self
    for index in copy.blocks.indices { copy.blocks[index].layOut(workers) }
    return copy
  }

  /// Gives the memory of weights mapped from a file back until they are next used.
  public func releasePages() {
    for block in blocks {
      for map in block.linearMaps { map.weight.releasePages() }
    }
    embedding.releasePages()
    unembedding.weight.releasePages()
  }
}
