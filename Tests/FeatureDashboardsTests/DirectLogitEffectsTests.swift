import FeatureDashboards
import LinearAlgebra
import Testing
import Transformers
import _TestSupport

@Suite("Direct logit effects")
struct DirectLogitEffectsTests {
  @Test("The tokens that a vector raises most are those of a plain loop", arguments: TinyTransformer.forms)
  func topTokens(form: TinyTransformer) {
    let transformer = form.transformer(seed: 51)
    var random = SplitMix64(seed: 52)
    // More vectors than one block holds.
    let vectors = random.matrix(130, 24)
    let found = DirectLogitEffects(transformer).topTokens(of: vectors, count: 5)
    #expect(found.count == 130)
    for (row, tokens) in found.enumerated() {
      let effects = plainEffects(transformer, Array(vectors[row: row]))
      let order = effects.indices.sorted { effects[$0] > effects[$1] }
      #expect(tokens == Array(order.prefix(5)), "vector \(row)")
    }
  }

  @Test("A vector along a token's own direction raises that token")
  func ownDirection() {
    let transformer = TinyTransformer().transformer(seed: 53)
    let rows = transformer.weights.unembedding.weight.widened()
    let found = DirectLogitEffects(transformer).topTokens(of: rows, count: 1)
    let hits = zip(found, 0..<50).filter { $0.0 == [$0.1] }.count
    #expect(hits > 40)
  }

  @Test("No vectors, more tokens than there are, and equal effects")
  func edges() {
    let transformer = TinyTransformer().transformer(seed: 54)
    let effects = DirectLogitEffects(transformer)
    #expect(effects.topTokens(of: Matrix(rows: 0, columns: 24), count: 3).isEmpty)
    let all = effects.topTokens(of: Matrix(rows: 1, columns: 24, repeating: 1), count: 80)
    #expect(all.map { $0.sorted() } == [Array(0..<50)])
    #expect(effects.topTokens(of: Matrix(rows: 1, columns: 24), count: 3) == [[0, 1, 2]])
    #expect(effects.topTokens(of: Matrix(rows: 1, columns: 24), count: 0) == [[]])
  }

  private func plainEffects(_ transformer: Transformer, _ vector: [Float]) -> [Double] {
    let mean = vector.reduce(0.0) { $0 + Double($1) } / Double(vector.count)
    let shift = transformer.configuration.norm.isCentred ? mean : 0
    let weight = transformer.weights.finalNorm.weight
    let rows = transformer.weights.unembedding.weight.widened()
    return (0..<rows.rows).map { token in
      vector.indices.reduce(0.0) { sum, column in
        sum + (Double(vector[column]) - shift) * Double(weight[column]) * Double(rows[token, column])
      }
    }
  }
}
