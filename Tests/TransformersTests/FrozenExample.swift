import LinearAlgebra
import Testing
import Transformers
import _TestSupport

/// A tiny model's frozen pass on a random prompt.
struct FrozenExample {
  let model: Transformer
  let tokens: [Int]
  let run: ForwardPass
  let pass: FrozenPass

  init(_ recipe: TinyTransformer, positions: Int = 9) {
    var random = SplitMix64(seed: 21)
    model = recipe.transformer()
    tokens = random.tokens(positions, vocabulary: recipe.dVocab)
    run = model.run(tokens, recording: Set(HookPoint.all(layerCount: recipe.layerCount)))
    pass = FrozenPass(model, run.activations)
  }

  var layerCount: Int { model.configuration.layerCount }
  var width: Int { model.configuration.dModel }

  /// What enters the stream: embeddings, with positions where the model has learned ones.
  var embedding: Matrix {
    let tokens = model.embeddings(tokens)
    return run.activations[.positionEmbed].map { tokens + $0 } ?? tokens
  }

  /// The value recorded at a place.
  func value(_ kind: HookPoint.Kind, _ layer: Int) throws -> Matrix {
    try #require(run.activations[kind, layer])
  }

  /// A matrix of zeros but for one row.
  func row(_ position: Int, _ vector: ArraySlice<Float>) -> Matrix {
    var matrix = Matrix(rows: tokens.count, columns: width)
    matrix[row: position] = vector
    return matrix
  }

  /// The stream before each layer that the first token alone causes at position 0.
  func zeroStreams() -> [Matrix] {
    let first = pass.prefix(1)
    var streams: [Matrix] = []
    _ = first.propagate(
      embedding: model.embeddings(tokens)[rows: 0..<1], biases: false, entering: { streams.append($1) }
    ) { _, _ in nil }
    return streams
  }
}
