import Foundation
import LinearAlgebra
import Testing
import Transformers
import _TestSupport

@Suite("Generation")
struct GenerationTests {
  let prompt = [3, 14, 15, 9, 26]

  @Test("Greedy continuation is the argmax of runs without a cache", arguments: TinyTransformer.forms)
  func greedy(recipe: TinyTransformer) {
    let model = recipe.transformer()
    var random = SplitMix64(seed: 1)
    var seen: [[Float]] = []
    let added = model.generate(prompt, count: 12, using: &random) { _, logits in
      seen.append(logits)
      return true
    }
    var tokens = prompt
    for step in 0..<12 {
      let logits = model.run(tokens, logits: .last).logits
      #expect(Difference(seen[step], logits.storage, absolute: 1e-4) == nil)
      #expect(added[step] == logits.largestColumns(1)[0][0])
      tokens.append(added[step])
    }
    var untouched = SplitMix64(seed: 1)
    #expect(random.next() == untouched.next())
  }

  @Test("The seed determines what is sampled")
  func seeds() {
    let model = TinyTransformer().transformer()
    let sample = { (seed: UInt64) in
      var random = SplitMix64(seed: seed)
      return model.generate(prompt, count: 20, choice: .sampled(temperature: 1.5), using: &random)
    }
    #expect(sample(1) == sample(1))
    #expect(Set((0..<10).map { sample($0) }).count > 5)
  }

  @Test("No temperature, and a nucleus of no width, are greedy")
  func limits() {
    let model = TinyTransformer().transformer()
    var random = SplitMix64(seed: 1)
    let greedy = model.generate(prompt, count: 10, using: &random)
    for choice in [
      TokenChoice.sampled(temperature: 0), .sampled(temperature: 1, topP: 0), .sampled(temperature: 1e-20),
    ] {
      #expect(model.generate(prompt, count: 10, choice: choice, using: &random) == greedy)
    }
  }

  @Test("Tokens are drawn as often as their probability, within the nucleus", arguments: [1.0, 0.8])
  func frequencies(topP: Float) {
    let recipe = TinyTransformer("five tokens") {
      $0.dVocab = 5
      $0.layerCount = 1
    }
    let model = recipe.transformer(workers: Workers(count: 1))
    let logits = model.run([1, 2], logits: .last).logits.storage
    let weights = logits.map { exp(Double($0) / 2) }
    let total = weights.reduce(0, +)
    var kept = 0.0
    var expected = [Double](repeating: 0, count: 5)
    for token in (0..<5).sorted(by: { weights[$0] > weights[$1] }) where kept < Double(topP) * total {
      expected[token] = weights[token]
      kept += weights[token]
    }
    var random = SplitMix64(seed: 9)
    var counts = [Double](repeating: 0, count: 5)
    for _ in 0..<4000 {
      let choice = TokenChoice.sampled(temperature: 2, topP: topP)
      for token in model.generate([1, 2], count: 1, choice: choice, using: &random) { counts[token] += 1 }
    }
    for token in 0..<5 {
      let probability = expected[token] / kept
      #expect(
        abs(counts[token] / 4000 - probability) <= 4 * (probability * (1 - probability) / 4000).squareRoot())
    }
  }

  @Test("Generation stops at the count, at the end of the context, and when it is told to")
  func stops() {
    let model = TinyTransformer("short") { $0.contextLength = 8 }.transformer()
    var random = SplitMix64(seed: 1)
    #expect(model.generate(prompt, count: 0, using: &random).isEmpty)
    #expect(model.generate(prompt, count: 2, using: &random).count == 2)
    // Positions 5, 6 and 7 can be read; the token that the last of them predicts is the fourth.
    #expect(model.generate(prompt, count: 100, using: &random).count == 4)
    #expect(model.generate(Array(0..<9), count: 5, using: &random).isEmpty)
    var calls = 0
    let told = model.generate(prompt, count: 3, using: &random) { _, _ in
      calls += 1
      return calls < 2
    }
    #expect(told.count == 2 && calls == 2)
  }

  @Test("Logits that are no numbers still give a token of the vocabulary", arguments: [Float.nan, .infinity])
  func notNumbers(value: Float) {
    let good = TinyTransformer().transformer()
    var weights = good.weights
    var numbers = weights.unembedding.weight.widened()
    numbers[7, 3] = value
    weights.unembedding = Linear(weight: StoredMatrix(numbers))
    let model = Transformer(configuration: good.configuration, weights: weights, workers: good.workers)
    var random = SplitMix64(seed: 1)
    for choice in [TokenChoice.greedy, .sampled(temperature: 1), .sampled(temperature: 1, topP: 0.5)] {
      let added = model.generate(prompt, count: 5, choice: choice, using: &random)
      #expect(added.count == 5 && added.allSatisfy { (0..<50).contains($0) })
    }
  }
}
