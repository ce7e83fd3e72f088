import Foundation
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("The choice of neurons")
struct NeuronRelevanceTests {
  private let tokens = [4, 9, 2, 9, 17]

  @Test(
    "The most relevant neurons are chosen, by passes that push each neuron forward",
    arguments: TinyTransformer.forms)
  func strongest(form: TinyTransformer) throws {
    let transformer = form.transformer(seed: 4)
    let model = try TinyBasis.neurons(count: 37).model(transformer, tokens)
    let linear = PlainLinearizedModel(transformer, tokens)
    let ranked = linear.relevances(TinyBasis.outputs(model.logits)).sorted { $0.value > $1.value }
    #expect(model.features.count == 37)
    let chosen = Set(model.features.sites)
    let weakest = ranked.last { chosen.contains($0.key) }?.value ?? 0
    let strongestLeft = ranked.first { !chosen.contains($0.key) }?.value ?? 0
    #expect(weakest > strongestLeft * (1 - 1e-4), "\(weakest) is chosen, \(strongestLeft) is not")
    #expect(weakest > 0)
  }

  @Test("Every number of neurons is a prefix of the same ranking")
  func nested() throws {
    let transformer = TinyTransformer().transformer(seed: 9)
    var smaller: Set<FeatureSite> = []
    for count in [1, 2, 3, 7, 20, 60, 200] {
      let larger = Set(try TinyBasis.neurons(count: count).model(transformer, tokens).features.sites)
      #expect(larger.count == count && smaller.isSubset(of: larger))
      smaller = larger
    }
  }
}

/// A model with attention, norms and neurons made linear at a prompt, pushed forward one neuron at a time.
private struct PlainLinearizedModel {
  let pass: FrozenPass
  let activations: ActivationCache
  var transformer: Transformer { pass.transformer }

  init(_ transformer: Transformer, _ tokens: [Int]) {
    let kinds: [HookPoint.Kind] = [.mlpPre, .mlpPreLinear, .mlpPost]
    let layers = 0..<transformer.configuration.layerCount
    let recording = FrozenPass.recording(layerCount: layers.count)
      .union(layers.flatMap { layer in kinds.map { HookPoint($0, layer: layer) } })
    activations = transformer.run(tokens, recording: recording).activations
    pass = FrozenPass(transformer, activations)
  }

  /// Returns the relevance of every neuron behind position 0.
  func relevances(_ outputs: [(token: Int, weight: Float)]) -> [FeatureSite: Double] {
    var result: [FeatureSite: Double] = [:]
    for layer in 0..<transformer.configuration.layerCount {
      for position in 1..<pass.positionCount {
        for neuron in 0..<transformer.configuration.dMLP {
          let site = FeatureSite(layer: layer, position: position, index: neuron)
          result[site] = relevance(of: site, outputs)
        }
      }
    }
    return result
  }

  private func relevance(of site: FeatureSite, _ outputs: [(token: Int, weight: Float)]) -> Double {
    let activation = activations[.mlpPost, site.layer]?[site.position, site.index] ?? 0
    guard activation != 0 else { return 0 }
    let zero = Matrix(rows: pass.positionCount, columns: transformer.configuration.dModel)
    let stream = pass.propagate(embedding: zero, biases: false) { layer, residMid in
      guard layer >= site.layer else { return nil }
      var neurons = self.neurons(layer, pass.mlpInput(layer, residMid, hook: .mlpIn, biases: false))
      if layer == site.layer { neurons[site.position, site.index] = 1 }
      let down = transformer.weights.blocks[layer].down.weight
      return pass.added(
        layer, neurons.times(transposed: down, transformer.workers), hook: .mlpRawOut, biases: false)
    }
    let last = pass.positionCount - 1
    let logits = pass.logits(stream, rows: last..<last + 1, biases: false)
    let gains = outputs.map { Double(abs(logits[0, $0.token]) * $0.weight) }
    return gains.reduce(0, +) * Double(abs(activation))
  }

  /// Applies the neurons, made linear at the prompt, to what they read.
  private func neurons(_ layer: Int, _ input: Matrix) -> Matrix {
    let block = transformer.weights.blocks[layer]
    var result = input.times(transposed: block.up.weight, transformer.workers)
    let gates = block.gate.map { input.times(transposed: $0.weight, transformer.workers) }
    for position in 0..<result.rows {
      for neuron in 0..<result.columns {
        let pre = Double(activations[.mlpPre, layer]?[position, neuron] ?? 0)
        guard let gates, let branch = activations[.mlpPreLinear, layer]?[position, neuron] else {
          result[position, neuron] *= Float(ratio(pre))
          continue
        }
        let share = 0.5 * ratio(pre)
        result[position, neuron] =
          Float(share * pre) * result[position, neuron] + Float(share) * branch * gates[position, neuron]
      }
    }
    return result
  }

  /// φ(x) / x by the textbook.
  private func ratio(_ x: Double) -> Double {
    switch transformer.configuration.activation {
    case .silu: 1 / (1 + exp(-x))
    case .geluTanh: 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .gelu: 0.5 * erfc(-x / 2.0.squareRoot())
    case .relu: x > 0 ? 1 : 0
    }
  }
}
