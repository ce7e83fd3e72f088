public import CircuitGraphs
import LinearAlgebra

/// A source's part in a score; nil stands for the constant terms: biases, and MLPs at position 0.
public struct ScoreTerm: Sendable, Equatable {
  /// The source.
  public let source: Node?
  /// The sum of its products with everything on the other side.
  public let effect: Float
}

/// The product of a source of the query with a source of the key.
public struct ScorePair: Sendable, Equatable {
  /// What the query has of it; nil for constants.
  public let query: Node?
  /// What the key has of it; nil for constants.
  public let key: Node?
  /// The product.
  public let effect: Float
}

/// An attention score, before the softmax, as a sum over pairs of sources ("Tracing Attention Computation Through Feature
/// Interactions", 2025, "QK attributions").
///
/// In the local replacement model query and key are sums over features, errors, tokens and constants, so their product
/// is a sum over pairs. Summed over one side, it tells how much each source of the other matters.
public struct ScoreExpansion: Sendable {
  /// What is expanded.
  public let place: AttentionScore
  /// The score before the softmax.
  public let score: Float
  /// The weight that the softmax makes of it.
  public let weight: Float
  /// The sources that write at or before the query's position, and the constants.
  let queries: ScoreSources
  /// The same of the key.
  let keys: ScoreSources

  /// How much each source matters on the query's side; the effects add up to the score.
  public var queryTerms: [ScoreTerm] { queries.terms(against: keys.total) }
  /// How much each source matters on the key's side; the effects add up to the score.
  public var keyTerms: [ScoreTerm] { keys.terms(against: queries.total) }

  /// Returns the pairs of the largest magnitude, largest first; all pairs add up to the score.
  ///
  /// - Complexity: O(query sources · key sources · dHead).
  public func strongestPairs(_ limit: Int) -> [ScorePair] {
    var best: [(query: Int, key: Int, effect: Float)] = []
    var bar: Float = -1
    for first in stride(from: 0, to: queries.vectors.rows, by: 256) {
      let rows = first..<min(first + 256, queries.vectors.rows)
      let products = queries.vectors[rows: rows].times(transposed: keys.vectors, keys.workers)
      for row in rows {
        for (key, effect) in products[row: row - first].enumerated() where abs(effect) > bar {
          let place = best.firstIndex { abs($0.effect) < abs(effect) } ?? best.count
          best.insert((row, key, effect), at: place)
          if best.count > limit { best.removeLast() }
          if best.count == limit { bar = best.last.map { abs($0.effect) } ?? .infinity }
        }
      }
    }
    return best.map { ScorePair(query: queries.nodes[$0.query], key: keys.nodes[$0.key], effect: $0.effect) }
  }
}

/// One side of a score, source by source.
struct ScoreSources: Sendable {
  /// The sources; nil for the constants, which come last.
  let nodes: [Node?]
  /// What each brings into the query or key, `[nodes, dHead]`; the scale of scores is in the queries.
  let vectors: Matrix
  let workers: Workers

  /// The whole query or key.
  var total: [Float] {
    (0..<vectors.columns).map { column in
      Float((0..<vectors.rows).reduce(0.0) { $0 + Double(vectors[$1, column]) })
    }
  }

  func terms(against other: [Float]) -> [ScoreTerm] {
    nodes.enumerated().map { row, node in
      ScoreTerm(source: node, effect: dot(vectors[row: row], other[...]))
    }
  }
}
