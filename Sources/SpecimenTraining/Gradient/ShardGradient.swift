package import LinearAlgebra

/// The loss of a shard, and its gradient at every parameter.
struct ShardGradient: Sendable {
  /// Σ weight · cross-entropy, in nats.
  private(set) var loss: Double
  /// One for each matrix of the parameters.
  var matrices: [Matrix]

  /// Computes loss and gradient.
  ///
  /// - Parameter scale: What multiplies the loss before the gradient is taken.
  init(
    _ shard: BatchShard, _ parameters: TransformerParameters, scale: Float, turns: RotaryTurns
  ) {
    let context = PassContext(parameters.settings, sequences: shard.sequences, turns: turns)
    // Products write most of the gradients whole; these are added up.
    matrices = parameters.matrices.indices.map { index in
      let isAddedUp = index == 0 || parameters.isNorm(index)
      let (rows, columns) = (parameters.matrices[index].rows, parameters.matrices[index].columns)
      return Matrix(rows: isAddedUp ? rows : 0, columns: columns)
    }
    loss = 0
    var stream = parameters.embedding.picking(rows: shard.tokens)
    var passes: [BlockPass] = []
    for layer in 0..<parameters.settings.layers {
      passes.append(BlockPass(parameters, layer: layer, stream: &stream, context))
    }
    var gradient = Matrix(rows: stream.rows, columns: stream.columns)
    pullLogits(shard, stream, parameters, scale: scale, context, into: &gradient)
    while let pass = passes.popLast() { pass.pull(&gradient, parameters, into: &self, context) }
    matrices[0].add(gradient, toRows: shard.tokens)
  }

  /// Computes the logits of the rows that count and the loss, and carries its gradient back to the stream.
  private mutating func pullLogits(
    _ shard: BatchShard, _ stream: Matrix, _ parameters: TransformerParameters, scale: Float,
    _ context: PassContext, into gradient: inout Matrix
  ) {
    guard !shard.rows.isEmpty else {
      let unembedding = parameters.unembeddingPlace
      if unembedding > 0 {
        matrices[unembedding] = Matrix(
          rows: parameters.unembedding.rows, columns: parameters.unembedding.columns)
      }
      return
    }
    let worker = context.worker
    let normed = NormedRows(
      stream.picking(rows: shard.rows), weight: parameters.finalNorm,
      epsilon: context.settings.normEpsilon)
    var logits = normed.output.times(transposed: parameters.unembedding, worker)
    let losses = logits.pullCrossEntropy(targets: shard.targets, weights: shard.weights.map { scale * $0 })
    loss = zip(losses, shard.weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let byUnembedding = logits.transposed().times(normed.output, worker)
    if parameters.unembeddingPlace == 0 {
      matrices[0] += byUnembedding
    } else {
      matrices[parameters.unembeddingPlace] = byUnembedding
    }
    var byRows = Matrix(rows: shard.rows.count, columns: stream.columns)
    normed.pull(
      logits.times(parameters.unembedding, worker), weight: parameters.finalNorm,
      byWeight: &matrices[parameters.finalNormPlace], byInput: &byRows)
    gradient.add(byRows, toRows: shard.rows)
  }
}

/// The mean loss of a step's sequences, and its gradient.
package struct BatchGradient: Sendable {
  /// Σ weight · cross-entropy / Σ weight, in nats.
  package let loss: Double
  /// One for each matrix of the parameters.
  package let matrices: [Matrix]

  /// Computes both; at least one prediction counts.
  package init(
    _ sequences: [TrainingSequence], _ parameters: TransformerParameters, turns: RotaryTurns,
    _ workers: Workers
  ) {
    let total = sequences.reduce(0.0) { $0 + $1.weights.reduce(0.0) { $0 + Double($1) } }
    precondition(total > 0, "no prediction counts")
    let shards = workers.map(BatchShard.cut(sequences)) { shard in
      ShardGradient(shard, parameters, scale: Float(1 / total), turns: turns)
    }
    loss = shards.reduce(0) { $0 + $1.loss } / total
    // In the order of the shards, whichever worker adds.
    matrices = workers.map(Array(parameters.matrices.indices)) { index in
      shards.dropFirst().reduce(into: shards[0].matrices[index]) { $0 += $1.matrices[index] }
    }
  }

  /// √Σ g² over all parameters.
  func norm(_ workers: Workers) -> Double {
    matrices.reduce(0.0) { $0 + $1.rowSquares(workers).reduce(0.0) { $0 + Double($1) } }.squareRoot()
  }
}
