import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Neurons as features")
struct NeuronBasisTests {
  private let tokens = [4, 9, 2, 9, 17, 30]

  @Test(
    "A neuron's read vector, applied to the MLP's input, gives back its activation",
    arguments: TinyTransformer.forms)
  func reads(form: TinyTransformer) throws {
    let model = try TinyBasis.neurons(count: 10_000).model(form.transformer(seed: 2), tokens)
    #expect(model.features.count >= 300)
    #expect(worstRead(model) < 1e-4)
  }

  @Test("So does one whose gate is nearly zero", arguments: [1e-3, 1e-5, 1e-6, 1e-7, 1e-9, 1e-20] as [Float])
  func readsNearZero(scale: Float) throws {
    for activation in [ElementwiseActivation.silu, .gelu, .geluTanh, .relu] {
      for isGated in [true, false] {
        let recipe = TinyTransformer("near zero") {
          $0.activation = activation
          $0.isGated = isGated
        }
        let transformer = recipe.transformer(seed: 2).scalingGates(by: scale)
        let model = try TinyBasis.neurons(count: 10_000).model(transformer, tokens)
        #expect(model.features.count > 100)
        #expect(model.features.values.allSatisfy { abs($0) < 100 * scale })
        #expect(worstRead(model) < 2e-4, "\(activation), gate \(isGated)")
      }
    }
  }

  @Test("Where all neurons are features nothing is left for the error", arguments: TinyTransformer.forms)
  func allNeurons(form: TinyTransformer) throws {
    let model = try TinyBasis.neurons(count: 10_000).model(form.transformer(seed: 2), tokens)
    // Neurons that cannot reach the last position are no features, so some sites keep an error.
    var complete = 0
    for (layer, error) in model.errors.enumerated() {
      for position in 1..<6 where model.features.range(layer: layer, position: position).count == form.dMLP {
        complete += 1
        #expect(error[row: position].allSatisfy { abs($0) < 1e-4 })
      }
    }
    #expect(complete >= 5)
  }

  @Test("With no neurons as features errors are all that MLPs give but their bias")
  func noNeurons() throws {
    let recipe = TinyTransformer("biases") { $0.hasBiases = true }
    let transformer = recipe.transformer(seed: 2)
    let model = try TinyBasis.neurons(count: 0).model(transformer, tokens)
    #expect(model.features.count == 0)
    for layer in 0..<3 {
      var expected = model.outputs[layer]
      let bias = try #require(transformer.weights.blocks[layer].down.bias)
      expected.add(toEveryRow: bias.map { -$0 })
      #expect(Difference(model.errors[layer][rows: 1..<6], expected[rows: 1..<6], absolute: 1e-6) == nil)
    }
  }

  @Test("Neurons write their columns of W_down and carry their own activations")
  func writes() throws {
    let transformer = TinyTransformer().transformer(seed: 8)
    let model = try TinyBasis.neurons(count: 50).model(transformer, tokens)
    let run = transformer.run(tokens, recording: Set((0..<3).map { HookPoint(.mlpPost, layer: $0) }))
    for (site, value) in zip(model.features.sites, model.features.values) {
      #expect(value == run.activations[.mlpPost, site.layer]?[site.position, site.index])
      let down = transformer.weights.blocks[site.layer].down.weight.widened()
      let vectors = try #require(model.basis.writeVectors(layer: site.layer, outputLayer: site.layer))
      let written = vectors.gathered([model.basis.writeRow(layer: site.layer, index: site.index)]).storage
      #expect(written == (0..<24).map { down[$0, site.index] })
      #expect(model.basis.writeVectors(layer: site.layer, outputLayer: site.layer + 1) == nil)
    }
  }

  @Test("Outputs are chosen by the logits of the last position")
  func outputs() {
    let transformer = TinyTransformer().transformer(seed: 8)
    var seen: [Float] = []
    let model = LocalReplacementModel(neuronsOf: transformer, count: 5, tokens: tokens) { logits in
      seen = logits
      return [OutputReading(direction: Array(repeating: 1, count: 24), weight: 1)]
    }
    #expect(seen == transformer.run(tokens, logits: .last).logits.storage)
    #expect(model.logits == seen && model.features.count == 5)
  }

  /// Returns the largest error of read · x + bias against the activation, relative to its size.
  private func worstRead(_ model: LocalReplacementModel) -> Double {
    let largest = model.features.values.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    var worst = 0.0
    for layer in 0..<model.layerCount {
      let range = model.features.range(layer: layer, positions: 0..<model.positionCount)
      let vectors = model.basis.readVectors(layer: layer, sites: model.features.sites[range])
      for (row, place) in range.enumerated() {
        let site = model.features.sites[place]
        let read =
          dot(vectors[row: row], model.inputs[layer][row: site.position]) + model.basis.readBias(site)
        worst = max(worst, Double(abs(read - model.features.values[place]) / largest))
      }
    }
    return worst
  }
}

extension Transformer {
  /// Returns the model with what enters every nonlinearity scaled.
  fileprivate func scalingGates(by factor: Float) -> Transformer {
    var weights = weights
    for layer in weights.blocks.indices {
      var rows = (weights.blocks[layer].gate ?? weights.blocks[layer].up).weight.widened()
      rows.scale(by: factor)
      let scaled = Linear(weight: StoredMatrix(rows))
      if weights.blocks[layer].gate == nil {
        weights.blocks[layer].up = scaled
      } else {
        weights.blocks[layer].gate = scaled
      }
    }
    return Transformer(configuration: configuration, weights: weights, workers: workers)
  }
}
