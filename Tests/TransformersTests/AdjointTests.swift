import LinearAlgebra
import Testing
import Transformers
import _TestSupport

/// The backward walk must give, for every source and target, the number that carrying the source forward gives.
@Suite("Frozen passes: backward is the adjoint of forward")
struct AdjointTests {
  /// A target: a vector that reads a place; `layer` is the number of layers for a logit.
  struct Target {
    let layer: Int
    let position: Int
    let hook: HookPoint.Kind
    let vector: Matrix
  }

  /// Where sources write: behind a layer's MLP.
  struct Site: Hashable {
    let layer: Int
    let position: Int
    let hook: HookPoint.Kind
  }

  private func targets(_ example: FrozenExample, _ random: inout SplitMix64, _ hooks: [HookPoint.Kind])
    -> [Target]
  {
    let layers = stride(from: example.layerCount, through: 0, by: -1)
    return layers.flatMap { layer in
      (0..<3).map { index in
        let position =
          index == 0 ? example.tokens.count - 1 : Int.random(in: 1..<example.tokens.count, using: &random)
        return Target(
          layer: layer, position: position, hook: hooks[index % hooks.count],
          vector: random.matrix(1, example.width))
      }
    }
  }

  /// Returns what every target reads when `embedding` enters and one vector is added at a site.
  private func carried(
    _ example: FrozenExample, _ targets: [Target], embedding: Matrix, site: Site?, source: Matrix?,
    skips: [Matrix]?, input: HookPoint.Kind
  ) -> [Float] {
    let pass = example.pass
    var effects = [Float](repeating: 0, count: targets.count)
    let stream = pass.propagate(embedding: embedding, biases: false) { layer, residMid in
      for (index, target) in targets.enumerated() where target.layer == layer {
        let read = pass.mlpInput(layer, residMid, hook: target.hook, biases: false)
        effects[index] = dot(read[row: target.position], target.vector[row: 0])
      }
      var added = Matrix(rows: embedding.rows, columns: embedding.columns)
      if let skips {
        let read = pass.mlpInput(layer, residMid, hook: input, biases: false)
        added += pass.added(
          layer, read.times(transposed: skips[layer], example.model.workers), hook: .mlpRawOut, biases: false)
      }
      if let site, let source, site.layer == layer {
        added += pass.added(layer, source, hook: site.hook, biases: false)
      }
      return added
    }
    for (index, target) in targets.enumerated() where target.layer == example.layerCount {
      let direction = pass.readDirections(throughFinalNorm: target.vector, position: target.position)
      effects[index] = dot(stream[row: target.position], direction[row: 0])
    }
    return effects
  }

  /// Walks down from the targets; `visit` receives the gradients behind each layer's MLP, and at last, with −1, those
  /// at the embeddings.
  private func walk(
    _ example: FrozenExample, _ targets: [Target], zeroStreams: [Matrix], skips: [Matrix]?,
    input: HookPoint.Kind, _ visit: (Int, Gradients) -> Void
  ) -> [Float] {
    let pass = example.pass
    var rows = CausalRows(width: example.width)
    rows.begin(lastPositions: targets.map(\.position))
    var reach = [Float](repeating: 0, count: targets.count)
    for layer in stride(from: example.layerCount, through: 0, by: -1) {
      let join = { (rows: inout CausalRows) in
        for target in targets where target.layer == layer {
          rows.join(
            layer == example.layerCount
              ? pass.readDirections(throughFinalNorm: target.vector, position: target.position)
              : pass.readDirections(
                target.vector, layer: layer, positions: [target.position], hook: target.hook))
        }
      }
      if layer < example.layerCount {
        let skip = skips.map {
          pass.pulledSkip($0[layer], layer: layer, input: input, output: .mlpRawOut)
        }
        let reached = pass.pull(
          &rows, through: layer, zeroStream: zeroStreams[layer], skip: skip, joining: join)
        for index in reach.indices { reach[index] += reached[index] }
      } else {
        join(&rows)
      }
      visit(layer - 1, Gradients(rows))
    }
    return reach
  }

  @Test(
    "Sources behind every MLP and tokens have the effects that propagation gives",
    arguments: TinyTransformer.forms)
  func sources(recipe: TinyTransformer) {
    let example = FrozenExample(recipe)
    var random = SplitMix64(seed: 31)
    let targets = targets(example, &random, FrozenPassTests.inputs)
    var gradients: [Int: Gradients] = [:]
    let reach = walk(
      example, targets, zeroStreams: example.zeroStreams(), skips: nil, input: .mlpIn
    ) { gradients[$0] = $1 }
    for layer in 0..<recipe.layerCount {
      for hook in [HookPoint.Kind.mlpOut, .mlpRawOut] {
        check(example, targets, gradients[layer], layer: layer, hook: hook, skips: nil, &random)
      }
    }
    checkTokens(example, targets, gradients[-1], reach, skips: nil)
  }

  @Test("The same holds with a linear map beside every MLP", arguments: TinyTransformer.forms)
  func skips(recipe: TinyTransformer) {
    let example = FrozenExample(recipe)
    var random = SplitMix64(seed: 32)
    for input in FrozenPassTests.inputs {
      let targets = targets(example, &random, [input])
      let skips = (0..<recipe.layerCount).map { _ in
        random.matrix(recipe.dModel, recipe.dModel, deviation: 0.5 / Float(recipe.dModel).squareRoot())
      }
      var gradients: [Int: Gradients] = [:]
      let reach = walk(
        example, targets, zeroStreams: zeroStreams(example, skips, input), skips: skips, input: input
      ) { gradients[$0] = $1 }
      for layer in 0..<recipe.layerCount {
        check(
          example, targets, gradients[layer], layer: layer, hook: .mlpRawOut, skips: skips, input: input,
          &random)
      }
      checkTokens(example, targets, gradients[-1], reach, skips: skips, input: input)
    }
  }

  /// The first token's own stream when linear maps stand beside the MLPs.
  private func zeroStreams(_ example: FrozenExample, _ skips: [Matrix], _ input: HookPoint.Kind) -> [Matrix] {
    let first = example.pass.prefix(1)
    var streams: [Matrix] = []
    _ = first.propagate(
      embedding: example.model.embeddings(example.tokens)[rows: 0..<1], biases: false,
      entering: { streams.append($1) }
    ) { layer, residMid in
      let read = first.mlpInput(layer, residMid, hook: input, biases: false)
      return first.added(
        layer, read.times(transposed: skips[layer], example.model.workers), hook: .mlpRawOut, biases: false)
    }
    return streams
  }

  private func check(
    _ example: FrozenExample, _ targets: [Target], _ rows: Gradients?, layer: Int, hook: HookPoint.Kind,
    skips: [Matrix]?, input: HookPoint.Kind = .mlpIn, _ random: inout SplitMix64
  ) {
    guard let rows else { return }
    let factors = example.pass.outputFactors(layer, hook: hook)
    let none = Matrix(rows: example.tokens.count, columns: example.width)
    let position = Int.random(in: 1..<example.tokens.count - 1, using: &random)
    let vector = random.matrix(1, example.width)
    var written = vector
    if let columns = factors.columns { written.scaleColumns(by: columns) }
    written.scale(by: factors.positions[position])
    let expected = carried(
      example, targets, embedding: none, site: Site(layer: layer, position: position, hook: hook),
      source: example.row(position, vector[row: 0]), skips: skips, input: input)
    for (index, target) in targets.enumerated() {
      let reads = target.layer > layer && target.position >= position
      let effect = reads ? dot(rows.row(target: index, position: position), written[row: 0]) : 0
      #expect(
        abs(effect - expected[index]) < 2e-4 + 1e-3 * abs(expected[index]), "layer \(layer), target \(index)")
    }
  }

  private func checkTokens(
    _ example: FrozenExample, _ targets: [Target], _ rows: Gradients?, _ reach: [Float], skips: [Matrix]?,
    input: HookPoint.Kind = .mlpIn
  ) {
    guard let rows else { return }
    let embeddings = example.model.embeddings(example.tokens)
    for position in example.tokens.indices {
      let expected = carried(
        example, targets, embedding: example.row(position, embeddings[row: position]), site: nil, source: nil,
        skips: skips, input: input)
      for (index, target) in targets.enumerated() {
        var effect: Float = 0
        if position == 0 { effect = reach[index] }
        if position > 0, target.position >= position {
          effect = dot(rows.row(target: index, position: position), embeddings[row: position])
        }
        #expect(
          abs(effect - expected[index]) < 2e-4 + 1e-3 * abs(expected[index]),
          "token \(position), target \(index)")
      }
    }
  }
}

/// What `CausalRows` held at some moment.
private struct Gradients {
  private let rows: [[ArraySlice<Float>]]

  init(_ rows: borrowing CausalRows) {
    self.rows = rows.lastPositions.indices.map { target in
      stride(from: 1, through: rows.lastPositions[target], by: 1).map {
        rows.row(target: target, position: $0)
      }
    }
  }

  func row(target: Int, position: Int) -> ArraySlice<Float> { rows[target][position - 1] }
}
