import CircuitGraphs
import LinearAlgebra
public import ReplacementModels
import Transcoders
import Transformers

/// Expands attention scores of a prompt in what the residual stream is made of.
///
/// The numbers of a query and of a key are linear readings of the frozen model, like a feature's pre-activation:
/// `dHead` rows of a graph for each side give what every source brings into them.
public struct ScoreAttributor: Sendable {
  private let model: LocalReplacementModel

  /// Prepares for a prompt.
  public init(_ model: LocalReplacementModel) { self.model = model }

  /// Returns the key that a head reads most of at a query position.
  public func strongestKey(layer: Int, head: Int, query: Int) throws(AttentionScoreError) -> Int {
    let own = AttentionScore(layer: layer, head: head, query: query, key: query)
    try own.check(model.transformer.configuration, positionCount: model.positionCount)
    let weights = weights(layer, head, query)
    return weights.indices.max { (weights[$0], $1) < (weights[$1], $0) } ?? 0
  }

  /// Returns a score as a sum over pairs of sources.
  ///
  /// - Throws: An ``AttentionScoreError`` when there is no such score, or when the model caps scores.
  public func expansion(of place: AttentionScore) throws(AttentionScoreError) -> ScoreExpansion {
    let configuration = model.transformer.configuration
    try place.check(configuration, positionCount: model.positionCount)
    let stream = stream(before: place.layer)
    let queries = sources(.query, place, stream, scale: configuration.attention[place.layer].scale)
    let keys = sources(.key, place, stream, scale: 1)
    return ScoreExpansion(
      place: place, score: dot(queries.total[...], keys.total[...]),
      weight: weights(place.layer, place.head, place.query)[place.key], queries: queries, keys: keys)
  }

  /// What a head reads of each position at a query position.
  private func weights(_ layer: Int, _ head: Int, _ query: Int) -> [Float] {
    let pattern = model.pass.pattern(layer)
    let row = (head * pattern.queryCount + query) * pattern.keyCount
    return Array(pattern.weights[row..<row + pattern.keyCount])
  }

  /// The residual stream before a layer, from the frozen model and the MLPs' own outputs, `[positions, dModel]`.
  private func stream(before layer: Int) -> Matrix {
    var start = model.embeddings
    if let positions = model.transformer.weights.positionEmbedding {
      start += positions.gathered(0..<model.positionCount)
    }
    var stream = start
    _ = model.pass.propagate(
      embedding: start, biases: true, entering: { if $0 == layer { stream = $1 } },
      mlpOutput: { layer, _ in
        model.pass.added(layer, model.outputs[layer], hook: model.outputHook, biases: true)
      })
    return stream
  }

  /// What each source brings into the query or the key.
  private func sources(
    _ side: ScoreSide, _ place: AttentionScore, _ stream: Matrix, scale: Float
  ) -> ScoreSources {
    let position = side == .query ? place.query : place.key
    let directions = model.pass.scoreDirections(
      side, layer: place.layer, head: place.head, position: position, stream: stream[row: position])
    let layout = RowLayout(model.features)
    var sweep = RowSweep(model, layout)
    let target = RowTarget(layer: place.layer, position: position)
    let edges = sweep.edges(
      of: Array(repeating: target, count: directions.rows), behind: place.layer
    ) { directions[rows: $0] }
    let nodes = layout.nodes(of: target)
    var rows = Matrix(stacking: (0..<directions.rows).map { edges.matrix(of: $0) })
    rows.scale(by: scale)
    let whole = model.pass.scoreVector(side, layer: place.layer, head: place.head, position: position)
    let vectors = rows.transposed(model.transformer.workers)
    let constants = whole.indices.map { number in
      Float(Double(whole[number]) * Double(scale) - rows[row: number].reduce(0.0) { $0 + Double($1) })
    }
    return ScoreSources(
      nodes: nodes + [nil],
      vectors: vectors.appendingRows(of: Matrix(rows: 1, columns: constants.count, storage: constants)),
      workers: model.transformer.workers)
  }
}

extension EdgeRows {
  /// One row as a matrix, `[1, entries]`.
  fileprivate func matrix(of index: Int) -> Matrix {
    let row = row(index)
    return Matrix(rows: 1, columns: row.count, storage: Array(row))
  }
}

extension RowLayout {
  /// The source of each entry of a target's row.
  fileprivate func nodes(of target: RowTarget) -> [Node] {
    let features = (0..<target.layer).flatMap { layer in
      self.features.sites[sources(layer: layer, position: target.position)].map {
        Node.feature(FeatureNode(layer: $0.layer, position: $0.position, index: $0.index))
      }
    }
    let errors = (0..<target.layer).flatMap { layer in
      (1..<target.position + 1).map { Node.error(layer: layer, position: $0) }
    }
    return features + errors + (0...target.position).map { .token(position: $0) }
  }
}
