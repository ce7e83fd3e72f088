/// Some sequences of a step, their positions behind each other: what one worker computes the gradient of.
///
/// Batches are cut the same way whatever the number of workers.
package struct BatchShard: Sendable {
  /// The tokens that are read: those of each sequence but its last.
  package private(set) var tokens: [Int] = []
  /// The rows of each sequence.
  private(set) var sequences: [Range<Int>] = []
  /// The rows whose predictions count.
  private(set) var rows: [Int] = []
  /// What each of them has to predict.
  private(set) var targets: [Int] = []
  /// The weight of each.
  private(set) var weights: [Float] = []

  /// Tokens of a shard: enough rows for fast products, few enough that a layer's numbers stay in a core's cache.
  package static let tokensWanted = 512

  private mutating func append(_ sequence: TrainingSequence) {
    let first = tokens.count
    tokens += sequence.tokens.dropLast()
    sequences.append(first..<tokens.count)
    for (place, weight) in sequence.weights.enumerated() where weight != 0 {
      rows.append(first + place)
      targets.append(sequence.tokens[place + 1])
      weights.append(weight)
    }
  }

  /// Puts sequences into an even number of shards of about the same length, in their order.
  package static func cut(_ sequences: [TrainingSequence]) -> [BatchShard] {
    let total = sequences.reduce(0) { $0 + $1.tokens.count - 1 }
    let count = max(1, 2 * (total / (2 * tokensWanted)))
    var shards = [BatchShard()]
    var done = 0
    for sequence in sequences {
      // The middle of a sequence says to which share of the batch it belongs.
      let middle = 2 * done + sequence.tokens.count - 1
      if middle * count >= 2 * total * shards.count, !shards[shards.count - 1].tokens.isEmpty {
        shards.append(BatchShard())
      }
      shards[shards.count - 1].append(sequence)
      done += sequence.tokens.count - 1
    }
    return shards
  }
}
