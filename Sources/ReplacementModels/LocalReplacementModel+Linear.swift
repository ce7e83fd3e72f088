public import LinearAlgebra
public import Transcoders
public import Transformers

/// Which sources of a local replacement model count in a linear pass.
public struct LinearSources: Sendable {
  /// What the tokens bring, `[positions, dModel]`; nil for nothing.
  public var embeddings: Matrix?
  /// For each layer what is written at the output place, `[positions, dModel]`; nil for nothing.
  public var outputs: [Matrix?]
  /// Whether the constant terms of attention, norms and positions count.
  public var biases: Bool

  /// Chooses sources.
  public init(embeddings: Matrix?, outputs: [Matrix?], biases: Bool) {
    self.embeddings = embeddings
    self.outputs = outputs
    self.biases = biases
  }
}

/// What a linear pass of the local replacement model gives.
public struct LinearResult: Sendable {
  /// For each layer what the features' input place holds, `[positions, dModel]`.
  public var inputs: [Matrix]
  /// The residual stream behind the last block, `[positions, dModel]`.
  public var stream: Matrix
}

extension FrozenPass {
  /// Carries chosen sources forward through the frozen model, with everything else at zero.
  ///
  /// - Parameters:
  ///   - input: Where features read, and skip connections with them.
  ///   - output: Where `sources.outputs` and skip connections write.
  ///   - skip: A layer's skip connection, `[dModel, dModel]` by (output, input), or nil.
  public func propagate(
    _ sources: LinearSources, input: FeatureInput, output: FeatureOutput, skip: (Int) -> StoredMatrix?
  ) -> LinearResult {
    var inputs: [Matrix] = []
    var start = sources.embeddings ?? Matrix(rows: positionCount, columns: transformer.configuration.dModel)
    if sources.biases, let positions = transformer.weights.positionEmbedding {
      start += positions.gathered(0..<positionCount)
    }
    let stream = propagate(embedding: start, biases: sources.biases) { layer, residMid in
      inputs.append(mlpInput(layer, residMid, hook: input.hook, biases: sources.biases))
      var written = sources.outputs[layer]
      if let skip = skip(layer) {
        let skipped = inputs[layer].times(transposed: skip, transformer.workers)
        written = written.map { $0 + skipped } ?? skipped
      }
      return written.map { added(layer, $0, hook: output.hook, biases: sources.biases) }
    }
    return LinearResult(inputs: inputs, stream: stream)
  }
}

extension LocalReplacementModel {
  /// Carries chosen sources forward through the frozen model, with everything else at zero.
  ///
  /// This is the definition that edges are measured by: an edge is the linear effect of its source.
  public func propagate(_ sources: LinearSources) -> LinearResult {
    pass.propagate(sources, input: basis.input, output: basis.output, skip: basis.skip(layer:))
  }

  /// What is written at each layer's output place without any feature or error: biases, and at position 0 the whole
  /// output, less what the skip connection adds by itself.
  public var constantOutputs: [Matrix] {
    (0..<layerCount).map { layer in
      var constant = Matrix(rows: positionCount, columns: transformer.configuration.dModel)
      if let bias = basis.outputBias(layer: layer) { constant.add(toEveryRow: bias) }
      constant[row: 0] = zeroConstant(layer)
      return constant
    }
  }

  private func zeroConstant(_ layer: Int) -> ArraySlice<Float> {
    // What position 0 would need besides the skip connection, so that the whole gives the model's own output there.
    guard let skip = basis.skip(layer: layer) else { return outputs[layer][row: 0] }
    let skipped = inputs[layer][rows: 0..<1].times(transposed: skip, transformer.workers)
    return (outputs[layer][rows: 0..<1] - skipped).storage[...]
  }

  /// Returns the part of the residual stream that the first token alone causes at position 0: before each layer, and
  /// behind the last one; `[1, dModel]` each.
  ///
  /// With it, what the first token does to a target need not be carried back to position 0.
  public func zeroStreams() -> [Matrix] {
    var streams: [Matrix] = []
    let first = pass.prefix(1)
    let last = first.propagate(
      embedding: embeddings[rows: 0..<1], biases: false, entering: { streams.append($1) }
    ) { layer, residMid in
      let input = first.mlpInput(layer, residMid, hook: inputHook, biases: false)
      return basis.skip(layer: layer).map { skip in
        first.added(
          layer, input.times(transposed: skip, transformer.workers), hook: outputHook, biases: false)
      }
    }
    return streams + [last]
  }
}
