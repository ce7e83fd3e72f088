import LinearAlgebra

/// What the passes through all blocks share: the positions of the sequences, and what turns them.
struct PassContext: Sendable {
  let settings: TransformerTrainingSettings
  let sequences: [Range<Int>]
  let attention: SequenceAttention
  let turns: RotaryTurns
  /// One worker: shards are what is shared out.
  let worker = Workers(count: 1)

  init(_ settings: TransformerTrainingSettings, sequences: [Range<Int>], turns: RotaryTurns) {
    self.settings = settings
    self.sequences = sequences
    self.turns = turns
    attention = SequenceAttention(
      sequences: sequences, headCount: settings.heads, groups: settings.kvHeads, dHead: settings.dHead)
  }

  /// Turns queries and keys, which are the first columns of the joined rows.
  func rotate(_ joined: inout Matrix, backwards: Bool = false) {
    turns.rotate(
      &joined, heads: settings.heads + settings.kvHeads, dHead: settings.dHead, sequences: sequences,
      backwards: backwards)
  }
}

/// One block's run over a shard, with what its gradient needs.
///
/// Forward, for the stream x, `[tokens, dModel]`:
/// 1. q, k, v = norm(x) · Wᵀ, q and k rotated; x += attention(q, k, v) · Woᵀ;
/// 2. g, u = norm(x) · Wᵀ; x += (silu(g) ∘ u) · Wdᵀ.
///
/// Backward, every part of it in the opposite order; a product y = x · Wᵀ has the gradients dx = dy · W and dW = dyᵀ · x.
struct BlockPass: Sendable {
  private let layer: Int
  private let attentionNormed: NormedRows
  /// Queries, keys and values, rotated.
  private let joined: Matrix
  private let attended: SequenceAttention.Output
  private let mlpNormed: NormedRows
  /// Gates and ups.
  private let gateUp: Matrix
  private let neurons: Matrix

  /// Carries the stream through the block.
  init(_ parameters: TransformerParameters, layer: Int, stream: inout Matrix, _ context: PassContext) {
    let (worker, epsilon) = (context.worker, context.settings.normEpsilon)
    self.layer = layer
    attentionNormed = NormedRows(stream, weight: parameters[.attentionNorm, layer], epsilon: epsilon)
    var joined = attentionNormed.output.times(transposed: parameters[.joined, layer], worker)
    context.rotate(&joined)
    self.joined = joined
    attended = context.attention(joined, worker)
    stream += attended.read.times(transposed: parameters[.output, layer], worker)
    mlpNormed = NormedRows(stream, weight: parameters[.mlpNorm, layer], epsilon: epsilon)
    gateUp = mlpNormed.output.times(transposed: parameters[.gateUp, layer], worker)
    neurons = gateUp.gatedHalves()
    stream += neurons.times(transposed: parameters[.down, layer], worker)
  }

  /// Carries the gradient at the stream behind the block, `[tokens, dModel]`, to before it, and writes those of the weights.
  func pull(
    _ gradient: inout Matrix, _ parameters: TransformerParameters, into gradients: inout ShardGradient,
    _ context: PassContext
  ) {
    let worker = context.worker
    let place = { (stored: TransformerParameters.Stored) in parameters.place(stored, layer) }
    gradients.matrices[place(.down)] = gradient.transposed().times(neurons, worker)
    let byGateUp = gateUp.pullGatedHalves(gradient.times(parameters[.down, layer], worker))
    gradients.matrices[place(.gateUp)] = byGateUp.transposed().times(mlpNormed.output, worker)
    mlpNormed.pull(
      byGateUp.times(parameters[.gateUp, layer], worker), weight: parameters[.mlpNorm, layer],
      byWeight: &gradients.matrices[place(.mlpNorm)], byInput: &gradient)

    gradients.matrices[place(.output)] = gradient.transposed().times(attended.read, worker)
    let byRead = gradient.times(parameters[.output, layer], worker)
    var byJoined = context.attention.pull(byRead, attended, joined, worker)
    context.rotate(&byJoined, backwards: true)
    gradients.matrices[place(.joined)] = byJoined.transposed().times(attentionNormed.output, worker)
    attentionNormed.pull(
      byJoined.times(parameters[.joined, layer], worker), weight: parameters[.attentionNorm, layer],
      byWeight: &gradients.matrices[place(.attentionNorm)], byInput: &gradient)
  }
}
