import LinearAlgebra
import Testing
import Transformers
import _TestSupport

@Suite("Exact gradients of blocks")
struct DifferentiableBlockTests {
  static let places: [(input: HookPoint.Kind, output: HookPoint.Kind)] = [
    (.mlpIn, .mlpOut), (.mlpNormalized, .mlpRawOut), (.residMid, .mlpRawOut),
  ]

  /// All blocks of a tiny model, a linear map in the place of every MLP.
  private struct Chain {
    let transformer: Transformer
    let maps: [Matrix]
    let hooks: (input: HookPoint.Kind, output: HookPoint.Kind)

    func run(_ start: Matrix) -> (stream: Matrix, blocks: [DifferentiableBlock]) {
      var stream = start
      var blocks: [DifferentiableBlock] = []
      for (layer, map) in maps.enumerated() {
        var block = DifferentiableBlock(transformer, layer: layer, stream: stream)
        let output = block.read(at: hooks.input).times(transposed: map, transformer.workers)
        stream = block.finish(output, at: hooks.output)
        blocks.append(block)
      }
      return (stream, blocks)
    }

    func pull(_ gradient: Matrix, _ blocks: [DifferentiableBlock]) -> Matrix {
      zip(blocks, maps).reversed().reduce(gradient) { gradient, pair in
        let behind = pair.0.outputGradient(gradient, at: hooks.output)
        return pair.0.pull(gradient, joining: behind.times(pair.1, transformer.workers), at: hooks.input)
      }
    }
  }

  private func chain(
    _ recipe: TinyTransformer, _ hooks: (input: HookPoint.Kind, output: HookPoint.Kind)
  ) -> Chain {
    var random = SplitMix64(seed: 41)
    let maps = (0..<recipe.layerCount).map { _ in
      random.matrix(recipe.dModel, recipe.dModel, deviation: 1 / Float(recipe.dModel).squareRoot())
    }
    return Chain(transformer: recipe.transformer(), maps: maps, hooks: hooks)
  }

  /// Σ a ∘ b, in double precision.
  private func product(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.storage, b.storage).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// The derivative of `value` along `direction` at 0, to the fourth order of the reach.
  private func derivative(_ reach: Float, _ value: (Float) -> Double) -> Double {
    (8 * (value(reach) - value(-reach)) - (value(2 * reach) - value(-2 * reach))) / (12 * Double(reach))
  }

  @Test(
    "Gradients through the blocks are those of finite differences, along random directions",
    arguments: TinyTransformer.forms)
  func finiteDifferences(recipe: TinyTransformer) {
    for hooks in Self.places {
      let chain = chain(recipe, hooks)
      var random = SplitMix64(seed: 42)
      // More positions than one block of queries of the pattern's gradient, once.
      let positions = hooks.input == .mlpIn ? 70 : 9
      let start = random.matrix(positions, recipe.dModel)
      let reading = random.matrix(positions, recipe.dModel)
      let gradient = chain.pull(reading, chain.run(start).blocks)
      for _ in 0..<4 {
        let direction = random.matrix(positions, recipe.dModel)
        let expected = derivative(2e-3) { reach in
          var moved = direction
          moved.scale(by: reach)
          return product(chain.run(start + moved).stream, reading)
        }
        let size = (product(gradient, gradient)).squareRoot()
        #expect(
          abs(product(gradient, direction) - expected) < 2e-3 * size, "\(hooks.input), \(hooks.output)")
      }
    }
  }

  @Test("With the model's own MLPs the blocks give the run's stream", arguments: TinyTransformer.forms)
  func forward(recipe: TinyTransformer) throws {
    let example = FrozenExample(recipe)
    for hook in [HookPoint.Kind.mlpOut, .mlpRawOut] {
      var stream = example.embedding
      for layer in 0..<recipe.layerCount {
        var block = DifferentiableBlock(example.model, layer: layer, stream: stream)
        for input in FrozenPassTests.inputs {
          #expect(Difference(block.read(at: input), try example.value(input, layer), absolute: 1e-5) == nil)
        }
        stream = block.finish(try example.value(hook, layer), at: hook)
        #expect(Difference(stream, try example.value(.residPost, layer), absolute: 1e-5) == nil)
      }
    }
  }

  @Test("Gradients are the same bits whatever the number of threads")
  func threads() {
    let recipe = TinyTransformer.forms[4]
    let pull = { (count: Int) -> Matrix in
      var chain = chain(recipe, (.mlpIn, .mlpRawOut))
      chain = Chain(
        transformer: recipe.transformer(workers: Workers(count: count)), maps: chain.maps, hooks: chain.hooks)
      var random = SplitMix64(seed: 43)
      let (start, reading) = (random.matrix(70, recipe.dModel), random.matrix(70, recipe.dModel))
      return chain.pull(reading, chain.run(start).blocks)
    }
    #expect(pull(1) == pull(3))
  }

  @Test(
    "The divergence of logits and its gradient are those of finite differences", arguments: [nil, Float(6)])
  func divergence(cap: Float?) {
    let recipe = TinyTransformer("divergence") { $0.logitSoftCap = cap }
    let transformer = recipe.transformer()
    var random = SplitMix64(seed: 44)
    let (given, wanted) = (random.matrix(40, recipe.dModel), random.matrix(40, recipe.dModel))
    let weights = random.numbers(40, deviation: 1)
    let loss = { (stream: Matrix) in
      let rows = transformer.divergence(of: stream, from: wanted, weights: weights).values
      return zip(rows, weights).reduce(0) { $0 + $1.0.value * Double($1.1) }
    }
    let (values, gradient) = transformer.divergence(of: given, from: wanted, weights: weights)
    #expect(values.allSatisfy { $0.value > 0 })
    #expect(
      transformer.divergence(of: wanted, from: wanted, weights: weights).values.allSatisfy {
        abs($0.value) < 1e-6 && $0.agrees
      })
    for _ in 0..<4 {
      let direction = random.matrix(40, recipe.dModel)
      let expected = derivative(2e-3) { reach in
        var moved = direction
        moved.scale(by: reach)
        return loss(given + moved)
      }
      #expect(abs(product(gradient, direction) - expected) < 2e-3 * product(gradient, gradient).squareRoot())
    }
  }
}
