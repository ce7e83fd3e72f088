import Foundation
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Local replacement models")
struct LocalReplacementModelTests {
  @Test(
    "Embeddings, features, errors and constants together give the model's own logits and the features' own inputs",
    arguments: TinyTransformer.forms, TinyBasis.forms)
  func wholePass(form: TinyTransformer, basis: TinyBasis) throws {
    let transformer = form.transformer(seed: 3)
    let tokens = [4, 9, 2, 9, 17, 30, 1]
    let model = try basis.model(transformer, tokens)
    #expect(model.features.count > 20)
    let written = zip(model.writtenByFeatures, zip(model.errors, model.constantOutputs)).map {
      $0 + $1.0 + $1.1
    }
    let result = model.propagate(LinearSources(embeddings: model.embeddings, outputs: written, biases: true))
    for (layer, input) in result.inputs.enumerated() {
      #expect(Difference(input, model.inputs[layer], absolute: 1e-4, relative: 1e-4) == nil, "layer \(layer)")
    }
    var logits = model.pass.logits(result.stream, rows: 6..<7, biases: true)
    if let cap = transformer.configuration.logitSoftCap { logits.softCap(cap) }
    #expect(Difference(logits.storage, model.logits, absolute: 1e-4, relative: 1e-4) == nil)
    #expect(
      Difference(model.logits, transformer.run(tokens, logits: .last).logits.storage, absolute: 0) == nil)
  }

  @Test(
    "An error is what features, bias and skip leave of the MLP's output, and zero at position 0",
    arguments: TinyBasis.forms)
  func errors(basis: TinyBasis) throws {
    let transformer = TinyTransformer("post norms") { $0.hasPostNorms = true }.transformer(seed: 5)
    let tokens = [4, 9, 2, 9, 17]
    let model = try basis.model(transformer, tokens)
    let hooks = (0..<3).map { HookPoint(model.outputHook, layer: $0) }
    let run = transformer.run(tokens, recording: Set(hooks))
    for (layer, written) in model.writtenByFeatures.enumerated() {
      #expect(model.errors[layer][row: 0].allSatisfy { $0 == 0 })
      var rest = written + model.errors[layer]
      if let bias = model.basis.outputBias(layer: layer) { rest.add(toEveryRow: bias) }
      if let skip = model.basis.skip(layer: layer) {
        rest += model.inputs[layer].times(transposed: skip, transformer.workers)
      }
      let output = try #require(run.activations[model.outputHook, layer])
      #expect(Difference(rest[rows: 1..<5], output[rows: 1..<5], absolute: 1e-5, relative: 1e-5) == nil)
      #expect(Difference(model.outputs[layer], output, absolute: 0) == nil)
    }
    #expect(model.features.sites.allSatisfy { $0.position > 0 })
  }

  @Test(
    "A prompt of one token has no features, and constants alone give its logits", arguments: TinyBasis.forms)
  func oneToken(basis: TinyBasis) throws {
    let transformer = TinyTransformer("post norms") { $0.hasPostNorms = true }.transformer(seed: 6)
    let model = try basis.model(transformer, [11])
    #expect(model.features.count == 0)
    let result = model.propagate(
      LinearSources(embeddings: model.embeddings, outputs: model.constantOutputs, biases: true))
    let logits = model.pass.logits(result.stream, rows: 0..<1, biases: true)
    #expect(Difference(logits.storage, model.logits, absolute: 1e-4, relative: 1e-4) == nil)
  }

  @Test(
    "The first token's own streams are what a linear pass of its embedding alone gives at position 0",
    arguments: TinyTransformer.forms, TinyBasis.forms)
  func zeroStreams(form: TinyTransformer, basis: TinyBasis) throws {
    let transformer = form.transformer(seed: 7)
    let model = try basis.model(transformer, [4, 9, 2, 9])
    var embedding = Matrix(rows: 4, columns: 24)
    embedding[row: 0] = model.embeddings[row: 0]
    var expected: [Matrix] = []
    let last = model.pass.propagate(
      embedding: embedding, biases: false, entering: { expected.append($1) }
    ) { layer, residMid in
      guard let skip = model.basis.skip(layer: layer) else { return nil }
      let input = model.pass.mlpInput(layer, residMid, hook: model.inputHook, biases: false)
      let skipped = input.times(transposed: skip, transformer.workers)
      return model.pass.added(layer, skipped, hook: model.outputHook, biases: false)
    }
    expected.append(last)
    let streams = model.zeroStreams()
    #expect(streams.count == 4)
    for (found, whole) in zip(streams, expected) {
      #expect(Difference(found, whole[rows: 0..<1], absolute: 1e-5, relative: 1e-5) == nil)
    }
  }
}
