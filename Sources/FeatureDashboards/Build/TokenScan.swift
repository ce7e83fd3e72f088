import LinearAlgebra
import Transformers

/// The tokens whose rows of a table, the embedding or the unembedding, fit directions most and least.
struct TokenScan {
  /// `[dVocab, dModel]`.
  let table: StoredMatrix
  let workers: Workers

  /// Returns for each row of `directions` the tokens at both ends, with the products as values.
  func effects(of directions: Matrix, count: Int) -> [TokenEffects] {
    // Each worker's block of products stays below 128 MB.
    let step = max(16, min(256, 32_000_000 / max(1, table.rows)))
    let single = Workers(count: 1, precision: workers.precision)
    let blocks = workers.map(Array(stride(from: 0, to: directions.rows, by: step))) { first in
      let products = directions[rows: first..<min(first + step, directions.rows)].times(
        transposed: table, single)
      return zip(products.largestColumns(count), products.smallestColumns(count)).enumerated().map {
        row, ends in
        let effects = { (tokens: [Int]) in
          tokens.map { TokenEffects.Effect(token: $0, value: products[row, $0]) }
        }
        return TokenEffects(top: effects(ends.0), bottom: effects(ends.1))
      }
    }
    return blocks.flatMap { $0 }
  }
}
