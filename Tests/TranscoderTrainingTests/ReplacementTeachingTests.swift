import Foundation
import LinearAlgebra
import Testing
import TranscoderTraining
import Transcoders
import Transformers
import _TestSupport

@Suite("Teaching from end to end")
struct ReplacementTeachingTests {
  /// What is trained on what.
  struct Case: Sendable, CustomStringConvertible {
    var recipe: TinyTransformer
    var activation: TrainingConfiguration.Activation
    var kind = TrainingConfiguration.Kind.perLayer
    var span: Int?
    var skip = false
    var input = FeatureInput.mlpIn
    var output = FeatureOutput.mlpOut
    var localWeight: Float = 1

    var description: String {
      "\(recipe), \(kind.rawValue), \(activation.rawValue), span \(span ?? 0), skip \(skip)"
    }
  }

  private static func form(_ name: String) -> TinyTransformer {
    TinyTransformer.forms.first { $0.name.contains(name) } ?? TinyTransformer()
  }

  static let cases: [Case] = [
    Case(recipe: form("llama"), activation: .batchtopk),
    Case(recipe: form("head norms, biases"), activation: .topk, skip: true, localWeight: 0),
    Case(recipe: form("soft caps"), activation: .jumprelu, output: .mlpRawOut),
    Case(recipe: form("learned"), activation: .jumprelu, kind: .crossLayer, skip: true),
    Case(
      recipe: form("parallel residual, gate"), activation: .batchtopk, kind: .crossLayer, span: 1,
      input: .residMid, output: .mlpRawOut, localWeight: 0.3),
    Case(recipe: form("parallel residual, LayerNorm"), activation: .relu, skip: true, input: .mlpNormalized),
  ]

  private func configuration(_ given: Case) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    (configuration.features, configuration.k) = (30, 5)
    (configuration.stage, configuration.localWeight) = (.kl, given.localWeight)
    (configuration.kind, configuration.decoderSpan) = (given.kind, given.span)
    (configuration.activation, configuration.skip) = (given.activation, given.skip)
    (configuration.input, configuration.output) = (given.input.rawValue, given.output.rawValue)
    // AuxK takes what is left, dead features what they read, as given: their losses move where their gradients do not.
    (configuration.auxiliaryK, configuration.preActivation) = (0, 0)
    return configuration
  }

  private func layers(_ configuration: TrainingConfiguration, _ recipe: TinyTransformer) -> [LayerState] {
    var random = SplitMix64(seed: 51)
    let (width, features) = (recipe.dModel, configuration.features)
    let size = 1 / Float(width).squareRoot()
    return (0..<recipe.layerCount).map { layer in
      let span = configuration.span(layer: layer, layerCount: recipe.layerCount)
      var state = LayerState(
        encoder: random.matrix(features, width, deviation: size), threshold: 0.6,
        decoder: random.matrix(features * span, width, deviation: size), span: span, bandwidth: 0.1,
        hasSkip: configuration.skip, density: 0.2)
      for part in [LayerState.Part.encoderBias, .decoderBias, .skip] where state[part].rows > 0 {
        state.parameters[part.rawValue] = random.matrix(
          state[part].rows, state[part].columns, deviation: 0.5 * size)
      }
      return state
    }
  }

  private let contexts = [[1, 5, 9, 3, 7, 2, 11, 4, 30], [1, 4, 4, 8, 1, 12, 6], [1, 2]]

  @Test(
    "Gradients of the parameters are those of finite differences, along random directions", arguments: cases)
  func finiteDifferences(_ given: Case) {
    let configuration = configuration(given)
    let layers = layers(configuration, given.recipe)
    let teaching = ReplacementTeaching(
      given.recipe.transformer(workers: Workers(count: 1)), configuration, firstToken: 1, Workers(count: 2))
    let loss = { (layers: [LayerState]) in
      var layers = layers
      return teaching.loss(contexts, &layers, k: 5, sparsity: 0.05)
    }
    let base = loss(layers)
    #expect(base.parts.divergence ?? 0 > 0.05)
    var (compared, random) = (0, SplitMix64(seed: 52))
    for index in layers.indices {
      let gradients = base.gradients(index, layers[index]).matrices
      for part in LayerState.Part.allCases where part != .threshold && layers[index][part].rows > 0 {
        let gradient = gradients[part.rawValue]
        let size = dot(gradient.storage[...], gradient.storage[...]).squareRoot()
        // Half along the gradient, so that what is measured is not small beside the noise.
        var direction = random.matrix(gradient.rows, gradient.columns, deviation: 1)
        direction.scale(by: 1 / dot(direction.storage[...], direction.storage[...]).squareRoot())
        var along = gradient
        along.scale(by: 1 / max(size, 1e-9))
        direction += along
        let quotient = difference(layers, index, part, direction, base, loss)
        guard let quotient else { continue }
        compared += 1
        let expected = Double(dot(gradient.storage[...], direction.storage[...]))
        #expect(
          abs(quotient - expected) < 5e-4 + 5e-3 * abs(expected),
          "\(part) of layer \(index): \(expected), but \(quotient)")
      }
    }
    #expect(compared >= 2 * layers.count, "\(compared)")
  }

  /// The difference quotient of the largest reach at which the same features stay active; nil when there is none.
  private func difference(
    _ layers: [LayerState], _ index: Int, _ part: LayerState.Part, _ direction: Matrix, _ base: BatchLoss,
    _ loss: @escaping ([LayerState]) -> BatchLoss
  ) -> Double? {
    let moved = { (reach: Float) -> BatchLoss in
      var (layers, step) = (layers, direction)
      step.scale(by: reach)
      layers[index].parameters[part.rawValue] += step
      return loss(layers)
    }
    let active = { (loss: BatchLoss) in
      loss.selections.map { zip($0.active.features, $0.active.values).filter { $1 > 0 }.map(\.0) }
    }
    for reach in [Float(2e-2), 1e-2, 5e-3, 2e-3, 1e-3] {
      let all = [moved(2 * reach), moved(reach), moved(-reach), moved(-2 * reach)]
      guard all.allSatisfy({ active($0) == active(base) }) else { continue }
      let totals = all.map(\.parts.total)
      return (8 * (totals[1] - totals[2]) - (totals[0] - totals[3])) / (12 * Double(reach))
    }
    return nil
  }

  @Test(
    "Losses and gradients are the same bits whatever the number of threads", arguments: [cases[0], cases[3]])
  func threads(_ given: Case) {
    var configuration = configuration(given)
    (configuration.auxiliaryK, configuration.preActivation) = (4, 1e-3)
    let results = [1, 3].map { count in
      var layers = layers(configuration, given.recipe)
      let teaching = ReplacementTeaching(
        given.recipe.transformer(workers: Workers(count: count)), configuration, firstToken: 1,
        Workers(count: count))
      let loss = teaching.loss(contexts, &layers, k: 5, sparsity: 0.05)
      return (loss.parts, layers.indices.map { loss.gradients($0, layers[$0]).matrices }, layers)
    }
    #expect(results[0].0 == results[1].0 && results[0].1 == results[1].1 && results[0].2 == results[1].2)
  }

  @Test("Without errors the replacement model is the model")
  func exact() {
    let recipe = TinyTransformer { $0.layerCount = 2 }
    var given = Case(recipe: recipe, activation: .relu)
    given.skip = true
    let configuration = configuration(given)
    // MLPs that a skip connection can be: the neurons write nothing.
    let model = recipe.transformer()
    var weights = model.weights
    for layer in weights.blocks.indices {
      weights.blocks[layer].down = Linear(
        weight: StoredMatrix(Matrix(rows: recipe.dModel, columns: recipe.dMLP)))
    }
    var layers = layers(configuration, recipe)
    for layer in layers.indices {
      for part in [LayerState.Part.decoder, .decoderBias, .skip] {
        layers[layer].parameters[part.rawValue].scale(by: 0)
      }
    }
    let teaching = ReplacementTeaching(
      Transformer(configuration: recipe.configuration, weights: weights), configuration, firstToken: 1,
      Workers(count: 2))
    let parts = teaching.loss(contexts, &layers, k: 5, sparsity: 0).parts
    #expect(abs(parts.divergence ?? 1) < 1e-6 && parts.agreement == 1 && parts.reconstruction < 1e-9)
  }
}
