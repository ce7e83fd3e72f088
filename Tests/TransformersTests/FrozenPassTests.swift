import LinearAlgebra
import Testing
import Transformers
import _TestSupport

@Suite("Frozen passes: forward")
struct FrozenPassTests {
  static let inputs: [HookPoint.Kind] = [.residMid, .mlpNormalized, .mlpIn]

  @Test(
    "With the model's own MLP outputs and biases the frozen pass gives the run's logits",
    arguments: TinyTransformer.forms)
  func reproduces(recipe: TinyTransformer) throws {
    let example = FrozenExample(recipe)
    for hook in [HookPoint.Kind.mlpOut, .mlpRawOut] {
      let outputs = try (0..<recipe.layerCount).map { try example.value(hook, $0) }
      var streams: [Matrix] = []
      let stream = example.pass.propagate(embedding: example.embedding, biases: true) { layer, residMid in
        streams.append(residMid)
        return example.pass.added(layer, outputs[layer], hook: hook, biases: true)
      }
      for layer in 0..<recipe.layerCount {
        for input in Self.inputs {
          let read = example.pass.mlpInput(layer, streams[layer], hook: input, biases: true)
          #expect(Difference(read, try example.value(input, layer), absolute: 1e-4) == nil)
        }
      }
      var logits = example.pass.logits(stream, rows: 0..<9, biases: true)
      if let cap = recipe.logitSoftCap { logits.softCap(cap) }
      #expect(Difference(logits, example.run.logits, absolute: 1e-4) == nil)
    }
  }

  @Test("Patterns computed again are the bits of the run's", arguments: TinyTransformer.forms)
  func patterns(recipe: TinyTransformer) throws {
    for positions in [1, 9, 40] {
      let example = FrozenExample(recipe, positions: positions)
      for layer in 0..<recipe.layerCount {
        #expect(example.pass.pattern(layer) == (try #require(example.run.activations.pattern(layer))))
      }
    }
  }

  @Test(
    "Without biases the frozen pass is linear in what enters and in what is added",
    arguments: TinyTransformer.forms)
  func linear(recipe: TinyTransformer) {
    let example = FrozenExample(recipe)
    var random = SplitMix64(seed: 3)
    let draw = { (random: inout SplitMix64) in
      (0...recipe.layerCount).map { _ in random.matrix(9, recipe.dModel) }
    }
    let (a, b) = (draw(&random), draw(&random))
    let carry = { (parts: [Matrix]) -> Matrix in
      let stream = example.pass.propagate(embedding: parts[0], biases: false) { layer, residMid in
        let read = example.pass.mlpInput(layer, residMid, hook: .mlpIn, biases: false)
        return example.pass.added(layer, parts[layer + 1] + read, hook: .mlpRawOut, biases: false)
      }
      return example.pass.logits(stream, rows: 0..<9, biases: false)
    }
    let mixed = zip(a, b).map { $0.map { 2 * $0 } - $1 }
    let expected = carry(a).map { 2 * $0 } - carry(b)
    #expect(Difference(carry(mixed), expected, absolute: 1e-3, relative: 1e-4) == nil)
    let nothing = carry(a.map { $0.map { _ in 0 } })
    #expect(nothing.storage.allSatisfy { $0 == 0 })
  }

  @Test("The pass of a prefix carries what the whole pass carries there", arguments: TinyTransformer.forms)
  func prefix(recipe: TinyTransformer) throws {
    let example = FrozenExample(recipe)
    let outputs = try (0..<recipe.layerCount).map { try example.value(.mlpRawOut, $0) }
    let carry = { (pass: FrozenPass) -> Matrix in
      pass.propagate(embedding: example.embedding[rows: 0..<pass.positionCount], biases: true) { layer, _ in
        pass.added(layer, outputs[layer][rows: 0..<pass.positionCount], hook: .mlpRawOut, biases: true)
      }
    }
    let whole = carry(example.pass)
    for count in 1...9 {
      let prefix = carry(example.pass.prefix(count))
      #expect(Difference(prefix, whole[rows: 0..<count], absolute: 1e-4) == nil)
    }
  }

  @Test(
    "Read directions in the stream read what the vectors read at their place",
    arguments: TinyTransformer.forms)
  func readDirections(recipe: TinyTransformer) {
    let example = FrozenExample(recipe)
    var random = SplitMix64(seed: 4)
    let stream = random.matrix(9, recipe.dModel), vectors = random.matrix(9, recipe.dModel)
    for layer in 0..<recipe.layerCount {
      for hook in Self.inputs {
        let read = example.pass.mlpInput(layer, stream, hook: hook, biases: false)
        let directions = example.pass.readDirections(
          vectors, layer: layer, positions: Array(0..<9), hook: hook)
        let products = { (a: Matrix, b: Matrix) in (0..<9).map { dot(a[row: $0], b[row: $0]) } }
        #expect(
          Difference(products(directions, stream), products(vectors, read), absolute: 1e-4, relative: 1e-4)
            == nil)
      }
    }
  }

  @Test("Read directions through the final norm read logits", arguments: TinyTransformer.forms)
  func finalDirections(recipe: TinyTransformer) {
    let example = FrozenExample(recipe)
    var random = SplitMix64(seed: 5)
    let stream = random.matrix(9, recipe.dModel)
    let tokens = [0, 7, 49]
    let vectors = example.model.weights.unembedding.weight.gathered(tokens)
    let logits = example.pass.logits(stream, rows: 0..<9, biases: false)
    for position in [0, 4, 8] {
      let directions = example.pass.readDirections(throughFinalNorm: vectors, position: position)
      for (row, token) in tokens.enumerated() {
        #expect(abs(dot(directions[row: row], stream[row: position]) - logits[position, token]) < 1e-4)
      }
    }
  }
}
