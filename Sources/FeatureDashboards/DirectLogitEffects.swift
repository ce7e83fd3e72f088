public import LinearAlgebra
public import Transformers

/// What vectors written into the residual stream say by themselves: the tokens whose logits they raise most.
///
/// The direct path only: through the final norm's weight and the unembedding, nothing in between.
public struct DirectLogitEffects: Sendable {
  let transformer: Transformer

  /// Prepares the effects for a model.
  public init(_ transformer: Transformer) { self.transformer = transformer }

  /// Returns, for each vector, the `count` tokens that it raises most, the strongest first.
  ///
  /// - Parameter vectors: One a row, as added to the residual stream, `[n, dModel]`.
  public func topTokens(of vectors: Matrix, count: Int) -> [[Int]] {
    var directions = vectors
    if transformer.configuration.norm.isCentred { directions.centerRows() }
    directions.scaleColumns(by: transformer.weights.finalNorm.weight)
    // Many vectors share one walk through the unembedding; their logits stay below 128 MB.
    let step = max(16, min(256, 32_000_000 / transformer.configuration.dVocab))
    return stride(from: 0, to: vectors.rows, by: step).flatMap { first in
      let block = directions[rows: first..<min(first + step, vectors.rows)]
      let logits = block.times(transposed: transformer.weights.unembedding.weight, transformer.workers)
      return logits.largestColumns(count)
    }
  }
}
