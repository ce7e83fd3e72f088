import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Attention scores in sources")
struct ScoreTests {
  private static let tokens = [4, 9, 2, 9, 17, 30]
  private static let uncapped = TinyTransformer.forms.filter { $0.attentionSoftCap == nil }
  /// Some scores of every kind: across positions, of a position with itself, and of the first token.
  private static let places = [
    AttentionScore(layer: 2, head: 0, query: 5, key: 4), AttentionScore(layer: 1, head: 0, query: 4, key: 3),
    AttentionScore(layer: 2, head: 0, query: 3, key: 3), AttentionScore(layer: 1, head: 0, query: 2, key: 0),
    AttentionScore(layer: 0, head: 0, query: 1, key: 0), AttentionScore(layer: 2, head: 0, query: 0, key: 0),
  ]

  @Test(
    "All terms of either side, and all pairs, add up to the score before the softmax", arguments: uncapped,
    TinyBasis.forms)
  func sums(form: TinyTransformer, basis: TinyBasis) throws {
    let model = try basis.model(form.transformer(seed: 71), Self.tokens)
    let twin = PlainScores(model)
    let scores = ScoreAttributor(model)
    for var place in Self.places {
      place.head = form.headCount - 1
      let expansion = try scores.expansion(of: place)
      let score = twin.score(place)
      #expect(abs(expansion.score - score) < 1e-4 + 1e-4 * abs(score), "\(place)")
      for terms in [expansion.queryTerms, expansion.keyTerms] {
        #expect(abs(terms.reduce(0) { $0 + $1.effect } - score) < 1e-3, "\(place)")
      }
      let pairs = expansion.strongestPairs(.max)
      #expect(pairs.count == expansion.queryTerms.count * expansion.keyTerms.count)
      let sum = pairs.reduce(0.0) { $0 + Double($1.effect) }
      #expect(abs(sum - Double(score)) < 1e-3, "\(place)")
      #expect(zip(pairs, pairs.dropFirst()).allSatisfy { abs($0.effect) >= abs($1.effect) })
      #expect(expansion.strongestPairs(3) == Array(pairs.prefix(3)))
      #expect(expansion.weight == twin.weight(place))
    }
  }

  @Test(
    "A term is what its source alone brings through a linear pass, and constants are what remains without sources",
    arguments: uncapped, TinyBasis.forms)
  func terms(form: TinyTransformer, basis: TinyBasis) throws {
    let model = try basis.model(form.transformer(seed: 72), Self.tokens)
    let twin = PlainScores(model)
    for place in Self.places {
      let expansion = try ScoreAttributor(model).expansion(of: place)
      for (side, terms) in [(ScoreSide.query, expansion.queryTerms), (.key, expansion.keyTerms)] {
        let chosen = stride(from: 0, to: terms.count, by: 7).map { terms[$0] } + terms.suffix(2)
        for term in chosen {
          let expected = twin.effect(of: term.source, on: side, of: place)
          #expect(
            abs(term.effect - expected) < 2e-4 + 1e-3 * abs(expected), "\(place) \(side) \(term)")
        }
      }
    }
  }

  @Test("What is no score of the prompt is refused in a sentence, and so are capped scores")
  func refusals() throws {
    let form = try #require(TinyTransformer.forms.first { $0.attentionSoftCap == nil && $0.window == 3 })
    let scores = ScoreAttributor(try TinyBasis.forms[0].model(form.transformer(seed: 73), Self.tokens))
    for place in [
      AttentionScore(layer: 3, head: 0, query: 1, key: 0),
      AttentionScore(layer: -1, head: 0, query: 1, key: 0),
      AttentionScore(layer: 0, head: 4, query: 1, key: 0),
      AttentionScore(layer: 0, head: 0, query: 6, key: 0),
      AttentionScore(layer: 0, head: 0, query: 1, key: -1),
      AttentionScore(layer: 0, head: 0, query: 1, key: 2),
      AttentionScore(layer: 0, head: 0, query: 5, key: 2),
    ] {
      let error = #expect(throws: AttentionScoreError.self) { try scores.expansion(of: place) }
      #expect(error?.description.hasSuffix(".") == true)
    }
    #expect(throws: AttentionScoreError.self) { try scores.strongestKey(layer: 0, head: 9, query: 0) }
    let capped = try #require(TinyTransformer.forms.first { $0.attentionSoftCap != nil })
    let model = try TinyBasis.forms[0].model(capped.transformer(seed: 73), Self.tokens)
    #expect(throws: AttentionScoreError.softCapped) {
      try ScoreAttributor(model).expansion(of: Self.places[0])
    }
  }

  @Test("The key that is read most has the largest weight; threads change no bit")
  func strongestKey() throws {
    let found = try [1, 2, 3].map { count in
      let transformer = TinyTransformer().transformer(seed: 74, workers: Workers(count: count))
      let model = try TinyBasis.forms[5].model(transformer, Self.tokens)
      let scores = ScoreAttributor(model)
      let key = try scores.strongestKey(layer: 2, head: 1, query: 5)
      let place = AttentionScore(layer: 2, head: 1, query: 5, key: key)
      let expansion = try scores.expansion(of: place)
      for other in 0..<6 {
        let weight = try scores.expansion(of: AttentionScore(layer: 2, head: 1, query: 5, key: other)).weight
        #expect(weight <= expansion.weight)
      }
      return (expansion.score, expansion.queryTerms, expansion.keyTerms, expansion.strongestPairs(20))
    }
    let isSame = found[0] == found[1] && found[0] == found[2]
    #expect(isSame)
  }
}

/// The twin of score expansion: queries and keys by plain loops from a recorded run.
private struct PlainScores {
  let model: LocalReplacementModel
  private let recorded: ActivationCache
  private let effects: DirectEffects

  init(_ model: LocalReplacementModel) {
    self.model = model
    effects = DirectEffects(model, tokens: [])
    let kinds: [HookPoint.Kind] = [.residPre, .rotatedQ, .rotatedK, .attentionNormScale]
    let hooks = (0..<model.layerCount).flatMap { layer in kinds.map { HookPoint($0, layer: layer) } }
    recorded = model.transformer.run(model.tokens, recording: Set(hooks), logits: .none).activations
  }

  func score(_ place: AttentionScore) -> Float {
    dot(vector(.query, place)[...], vector(.key, place)[...]) * scale(place)
  }

  func weight(_ place: AttentionScore) -> Float {
    let pattern = model.pass.pattern(place.layer)
    return pattern.weights[(place.head * pattern.queryCount + place.query) * pattern.keyCount + place.key]
  }

  /// What a source alone, or all constants, bring into one side, times the whole other side.
  func effect(of source: Node?, on side: ScoreSide, of place: AttentionScore) -> Float {
    let constants = LinearSources(embeddings: nil, outputs: model.constantOutputs, biases: true)
    let stream = stream(source.map { effects.sources($0) } ?? constants, before: place.layer)
    let row = stream[row: side == .query ? place.query : place.key]
    var own = affine(row, side, place)
    if source != nil {
      own = zip(own, affine(row.map { _ in 0 }[...], side, place)).map { $0 - $1 }
    }
    return dot(own[...], vector(side == .query ? .key : .query, place)[...]) * scale(place)
  }

  private func scale(_ place: AttentionScore) -> Float {
    model.transformer.configuration.attention[place.layer].scale
  }

  private func vector(_ side: ScoreSide, _ place: AttentionScore) -> [Float] {
    let position = side == .query ? place.query : place.key
    guard let heads = recorded[side == .query ? .rotatedQ : .rotatedK, place.layer] else { return [] }
    let width = model.transformer.configuration.dHead
    return Array(heads[row: position].dropFirst(slot(side, place) * width).prefix(width))
  }

  private func slot(_ side: ScoreSide, _ place: AttentionScore) -> Int {
    let configuration = model.transformer.configuration
    return side == .query ? place.head : place.head / (configuration.headCount / configuration.groupCount)
  }

  /// The stream before a layer that some sources cause.
  private func stream(_ sources: LinearSources, before layer: Int) -> Matrix {
    var start = sources.embeddings ?? Matrix(rows: model.positionCount, columns: model.inputs[0].columns)
    if sources.biases, let positions = model.transformer.weights.positionEmbedding {
      start += positions.gathered(0..<model.positionCount)
    }
    var result = start
    _ = model.pass.propagate(
      embedding: start, biases: sources.biases, entering: { if $0 == layer { result = $1 } },
      mlpOutput: { layer, middle in
        var written = sources.outputs[layer]
        if let skip = model.basis.skip(layer: layer) {
          let input = model.pass.mlpInput(layer, middle, hook: model.inputHook, biases: sources.biases)
          let skipped = input.times(transposed: skip, model.transformer.workers)
          written = written.map { $0 + skipped } ?? skipped
        }
        return written.map { model.pass.added(layer, $0, hook: model.outputHook, biases: sources.biases) }
      })
    return result
  }

  /// The query or key of a stream with the denominators of the run.
  private func affine(_ stream: ArraySlice<Float>, _ side: ScoreSide, _ place: AttentionScore) -> [Float] {
    let position = side == .query ? place.query : place.key
    let block = model.transformer.weights.blocks[place.layer]
    guard let whole = recorded[.residPre, place.layer]?[row: position],
      let scale = recorded[.attentionNormScale, place.layer]?.storage[position]
    else { return [] }
    var head = raw(stream, scale, side, place)
    if let norm = side == .query ? block.queryNorm : block.keyNorm {
      let frozen = normalized(raw(whole, scale, side, place), by: nil)
      head = apply(norm, normalized(head, by: frozen.scale).values)
    }
    var row = Matrix(rows: 1, columns: head.count, storage: head)
    if !model.transformer.configuration.rotary.isEmpty {
      model.transformer.configuration.rotary[place.layer].rotate(
        &row, dHead: head.count, firstPosition: position)
    }
    return row.storage
  }

  /// A head before its norm.
  private func raw(
    _ stream: ArraySlice<Float>, _ scale: Float, _ side: ScoreSide, _ place: AttentionScore
  ) -> [Float] {
    let block = model.transformer.weights.blocks[place.layer]
    let map = side == .query ? block.query : block.key
    let x = apply(block.attentionNorm, normalized(Array(stream), by: scale).values)
    let weights = map.weight.widened(), width = model.transformer.configuration.dHead
    return (0..<width).map { unit in
      let row = slot(side, place) * width + unit
      return dot(weights[row: row], x[...]) + (map.bias?[row] ?? 0)
    }
  }

  private func normalized(_ x: [Float], by scale: Float?) -> (values: [Float], scale: Float) {
    let norm = model.transformer.configuration.norm
    let epsilon =
      switch norm {
      case .rms(let epsilon), .layer(let epsilon): epsilon
      }
    let mean = norm.isCentred ? x.reduce(0, +) / Float(x.count) : 0
    let centred = x.map { $0 - mean }
    let scale =
      scale ?? (centred.reduce(0) { $0 + $1 * $1 } / Float(x.count) + epsilon).squareRoot()
    return (centred.map { $0 / scale }, scale)
  }

  private func apply(_ norm: NormWeights, _ x: [Float]) -> [Float] {
    x.indices.map { x[$0] * norm.weight[$0] + (norm.bias?[$0] ?? 0) }
  }
}
