import LinearAlgebra
import Testing
import Transformers
import _TestSupport

@Suite("Runs")
struct RunTests {
  private func tokens(_ recipe: TinyTransformer, _ count: Int = 13) -> [Int] {
    var random = SplitMix64(seed: 11)
    return random.tokens(count, vocabulary: recipe.dVocab)
  }

  @Test("Attention and logits of the tiny models are far from uniform", arguments: TinyTransformer.forms)
  func farFromUniform(recipe: TinyTransformer) throws {
    let model = recipe.transformer()
    let run = model.run(
      tokens(recipe), recording: Set((0..<recipe.layerCount).map { HookPoint(.pattern, layer: $0) }))
    #expect(run.logits.isFinite)
    for layer in 0..<recipe.layerCount {
      let pattern = try #require(run.activations.pattern(layer))
      let last = (0..<recipe.headCount).map { head in
        let row = (head * 13 + 12) * 13
        return pattern.weights[row..<row + 13].max() ?? 0
      }
      #expect(last.reduce(0, +) / Float(last.count) > 0.2)
    }
    let spread = (0..<13).map { row in
      (run.logits[row: row].max() ?? 0) - (run.logits[row: row].min() ?? 0)
    }
    #expect(spread.allSatisfy { $0 > 2 })
  }

  @Test("A prompt read in parts gives what it gives read at once", arguments: TinyTransformer.forms)
  func cached(recipe: TinyTransformer) throws {
    let model = recipe.transformer()
    let tokens = tokens(recipe)
    let places = Set((0..<recipe.layerCount).map { HookPoint(.residPost, layer: $0) })
    let whole = model.run(tokens, recording: places)
    let splits = (1..<13).map { [$0, 13 - $0] } + [Array(repeating: 1, count: 13), [4, 1, 5, 3]]
    for parts in splits {
      var cache = KeyValueCache(layerCount: recipe.layerCount)
      var first = 0
      for count in parts {
        let part = model.run(Array(tokens[first..<first + count]), continuing: &cache, recording: places)
        let rows = first..<first + count
        #expect(Difference(part.logits, whole.logits[rows: rows], absolute: 1e-4) == nil)
        for layer in 0..<recipe.layerCount {
          let found = try #require(part.activations[.residPost, layer])
          let expected = try #require(whole.activations[.residPost, layer])
          #expect(Difference(found, expected[rows: rows], absolute: 1e-4) == nil)
        }
        first += count
        #expect(cache.positionCount == first)
      }
    }
  }

  @Test("What comes later changes nothing before it", arguments: TinyTransformer.forms)
  func causality(recipe: TinyTransformer) {
    let model = recipe.transformer()
    let tokens = tokens(recipe)
    let whole = model.run(tokens).logits
    for count in 1..<13 {
      let prefix = model.run(Array(tokens[..<count])).logits
      #expect(Difference(prefix, whole[rows: 0..<count], absolute: 1e-4) == nil)
    }
    var other = tokens
    other[12] = (other[12] + 1) % recipe.dVocab
    let changed = model.run(other).logits
    #expect(changed[rows: 0..<12] == whole[rows: 0..<12])
    #expect(Difference(changed[rows: 12..<13], whole[rows: 12..<13], absolute: 1e-2) != nil)
  }

  @Test("A window hides what is farther away", arguments: [1, 2, 3])
  func window(size: Int) {
    let recipe = TinyTransformer("one layer") {
      $0.layerCount = 1
      $0.window = size
    }
    let model = recipe.transformer()
    let tokens = tokens(recipe, 6)
    let logits = model.run(tokens, logits: .last).logits
    for position in 0..<6 {
      var other = tokens
      other[position] = (other[position] + 7) % recipe.dVocab
      let sees = position > 5 - size
      #expect((model.run(other, logits: .last).logits == logits) != sees)
    }
  }

  @Test("Asking for the last position or none gives rows of all", arguments: TinyTransformer.forms)
  func logitPositions(recipe: TinyTransformer) {
    let model = recipe.transformer()
    let all = model.run(tokens(recipe)).logits
    #expect((all.rows, all.columns) == (13, recipe.dVocab))
    let last = model.run(tokens(recipe), logits: .last).logits
    #expect(Difference(last, all[rows: 12..<13], absolute: 1e-5) == nil)
    let recorded = model.run(tokens(recipe), recording: [HookPoint(.finalNormScale)], logits: .last)
    #expect(Difference(recorded.logits, last, absolute: 1e-5) == nil)
    #expect(recorded.activations[.finalNormScale]?.rows == 13)
    #expect(model.run(tokens(recipe), logits: .none).logits == Matrix(rows: 0, columns: recipe.dVocab))
  }

  @Test(
    "Recording changes no bit, and records every place that the model has", arguments: TinyTransformer.forms)
  func recording(recipe: TinyTransformer) {
    let model = recipe.transformer()
    let wanted = HookPoint.all(layerCount: recipe.layerCount)
    let run = model.run(tokens(recipe), recording: Set(wanted))
    #expect(run.logits == model.run(tokens(recipe)).logits)
    let absent = wanted.filter { point in
      switch point.kind {
      case .positionEmbed: recipe.positions != .learned
      case .attentionPostNormScale, .mlpPostNormScale: !recipe.hasPostNorms
      case .mlpPreLinear: !recipe.isGated
      default: false
      }
    }
    #expect(run.activations.recorded(layerCount: recipe.layerCount) == wanted.filter { !absent.contains($0) })
    #expect(model.run(tokens(recipe)).activations.recorded(layerCount: recipe.layerCount).isEmpty)
  }

  @Test("The residual stream is the sum of what is added to it", arguments: TinyTransformer.forms)
  func residualSum(recipe: TinyTransformer) throws {
    let model = recipe.transformer()
    let run = model.run(tokens(recipe), recording: Set(HookPoint.all(layerCount: recipe.layerCount)))
    var stream = model.embeddings(tokens(recipe))
    #expect(run.activations[.embed] == stream)
    if let positions = run.activations[.positionEmbed] { stream += positions }
    for layer in 0..<recipe.layerCount {
      let before = stream
      #expect(run.activations[.residPre, layer] == before)
      stream += try #require(run.activations[.attentionOut, layer])
      #expect(run.activations[.residMid, layer] == (recipe.hasParallelResidual ? before : stream))
      stream += try #require(run.activations[.mlpOut, layer])
      #expect(run.activations[.residPost, layer] == stream)
    }
  }

  @Test("Logits are the same bits for 1, 2, 3 and 7 workers", arguments: TinyTransformer.forms)
  func sameBits(recipe: TinyTransformer) {
    let logits = [1, 2, 3, 7].map { count in
      recipe.transformer(workers: Workers(count: count)).run(tokens(recipe)).logits
    }
    for other in logits.dropFirst() { #expect(other == logits[0]) }
  }
}
