import Interventions
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("What interventions mean")
struct InterventionLawTests {
  @Test(
    "Changing nothing is the identity, bit for bit", arguments: TinyTransformer.forms, TinyTranscoders.forms)
  func identity(form: TinyTransformer, transcoders: TinyTranscoders) throws {
    let tiny = Tiny(form, transcoders)
    let engine = try tiny.engine()
    #expect(engine.unmodified.logits == tiny.transformer.run(tiny.tokens, logits: .last).logits.storage)
    let sites = engine.unmodified.features().sites
    let some = [sites.first, sites.last, sites.randomElement()].compactMap { $0 }
    let values = engine.unmodified.activations(of: some)
    let nothing: [[Intervention]] = [
      [], some.map { $0.intervention(.scale(1)) }, some.map { $0.intervention(.add(0)) },
      zip(some, values).map { $0.intervention(.set($1)) },
      [
        Intervention(.token, at: .range(from: 0, below: 3), .scale(1)),
        Intervention(.error(layer: 1), at: .from(1), .scale(1)),
      ],
    ]
    for interventions in nothing {
      for patching in patchings {
        let outcome = try engine.run(interventions, patching: patching)
        #expect(outcome.logits == engine.unmodified.logits, "\(interventions) \(patching)")
        #expect(outcome.inputs == engine.unmodified.inputs)
      }
    }
  }

  @Test(
    "Under full freeze an intervention adds its source's linear effect",
    arguments: TinyTransformer.forms, TinyTranscoders.forms)
  func directEffects(form: TinyTransformer, transcoders: TinyTranscoders) throws {
    let tiny = Tiny(form, transcoders)
    let (engine, local) = (try tiny.engine(), try tiny.local())
    var sources: [(Intervention, LinearSources)] = []
    for (place, site) in local.features.sites.enumerated() {
      sources.append((site.intervention(.scale(0)), local.sources(outputs: local.written(byFeature: place))))
    }
    for layer in 0..<local.layerCount {
      for position in 1..<tiny.tokens.count {
        var outputs = [Matrix?](repeating: nil, count: local.layerCount)
        outputs[layer] = local.errors[layer].alone(position)
        sources.append(
          (Intervention(.error(layer: layer), at: .at(position), .scale(0)), local.sources(outputs: outputs)))
      }
    }
    for position in tiny.tokens.indices {
      let none = [Matrix?](repeating: nil, count: local.layerCount)
      sources.append(
        (
          Intervention(.token, at: .at(position), .scale(0)),
          LinearSources(embeddings: local.embeddings.alone(position), outputs: none, biases: false)
        ))
    }
    for (intervention, source) in sources {
      let outcome = try engine.run([intervention], patching: .constrained(0...2))
      let effect = local.propagate(source)
      for layer in 0..<local.layerCount {
        let expected = engine.unmodified.inputs[layer] - effect.inputs[layer]
        #expect(
          Difference(outcome.inputs[layer], expected, absolute: 5e-5, relative: 1e-4) == nil,
          "\(intervention)")
      }
      guard tiny.transformer.configuration.logitSoftCap == nil else { continue }
      let last = tiny.tokens.count - 1
      let logits = local.pass.logits(effect.stream, rows: last..<last + 1, biases: false).storage
      let expected = zip(engine.unmodified.logits, logits).map { $0 - $1 }
      #expect(Difference(outcome.logits, expected, absolute: 5e-5, relative: 1e-4) == nil, "\(intervention)")
    }
  }

  @Test("Ablating all features and errors that write to a layer leaves its bias and skip connection")
  func wholeLayer() throws {
    for transcoders in TinyTranscoders.forms where !transcoders.isCrossLayer {
      let tiny = Tiny(TinyTransformer(), transcoders)
      let engine = try tiny.engine()
      let local = try tiny.local()
      let layer = 1
      let range = local.features.range(layer: layer, positions: 0..<tiny.tokens.count)
      var all = local.features.sites[range].map { $0.intervention(.scale(0)) }
      all.append(Intervention(.error(layer: layer), at: .range(from: 1, below: tiny.tokens.count), .scale(0)))
      let outcome = try engine.run(all, patching: .iterative(freezesAttention: false))
      var removal = MLPRemoval(layer: layer, place: tiny.set.output.hook, left: local.constantOutput(layer))
      var cache = KeyValueCache(layerCount: 3)
      let expected = tiny.transformer.run(
        tiny.tokens, stream: tiny.transformer.stream(of: tiny.tokens, firstPosition: 0), from: 0,
        continuing: &cache, logits: .last, editing: &removal)
      #expect(Difference(outcome.logits, expected.logits.storage, absolute: 5e-5, relative: 1e-4) == nil)
    }
  }

  @Test("The order of interventions does not matter, bit for bit", arguments: TinyTranscoders.forms)
  func order(transcoders: TinyTranscoders) throws {
    let tiny = Tiny(TinyTransformer(), transcoders)
    let engine = try tiny.engine()
    let sites = engine.unmodified.features().sites
    var changes: [Intervention] = sites.prefix(20).enumerated().map { place, site in
      site.intervention(place.isMultiple(of: 2) ? .scale(-1.5) : .add(0.7))
    }
    changes += [
      Intervention(.token, at: .at(2), .scale(0)), Intervention(.error(layer: 1), at: .at(-1), .scale(3)),
    ]
    for patching in patchings {
      let one = try engine.run(changes, patching: patching)
      let other = try engine.run(changes.reversed(), patching: patching)
      #expect(one.logits == other.logits && one.inputs == other.inputs)
    }
  }

  @Test("The number of threads changes no bit", arguments: [1, 3])
  func threads(count: Int) throws {
    let tiny = Tiny(TinyTransformer(), TinyTranscoders.forms[4])
    let site = try #require(try tiny.engine().unmodified.features().sites.first)
    let outcomes = try [2, count].map { count in
      let model = TinyTransformer().transformer(seed: 31, workers: Workers(count: count))
      return try InterventionEngine(model, tiny.set, tokens: tiny.tokens).run([site.intervention(.scale(-2))])
    }
    #expect(outcomes[0].logits == outcomes[1].logits)
  }
}

/// The twin of ablating a whole layer: its MLP gives something else.
private struct MLPRemoval: BlockEdits {
  let layer: Int
  let place: HookPoint.Kind
  let left: Matrix

  func pattern(_ layer: Int) -> AttentionPattern? { nil }

  func output(
    at place: HookPoint.Kind, _ layer: Int, _ activations: inout ActivationCache,
    _ model: (inout ActivationCache) -> Matrix
  ) -> Matrix {
    place == self.place && layer == self.layer ? left : model(&activations)
  }
}

extension LocalReplacementModel {
  fileprivate func sources(outputs: [Matrix?]) -> LinearSources {
    LinearSources(embeddings: nil, outputs: outputs, biases: false)
  }

  /// What a layer gives without features and errors: bias and skip connection, and at position 0 everything.
  fileprivate func constantOutput(_ layer: Int) -> Matrix {
    let none = FeatureActivations(layerCount: layerCount, positionCount: positionCount, sites: [], values: [])
    var constant = basis.reconstruction(of: none, inputs: inputs, transformer.workers)[layer]
    constant[row: 0] = outputs[layer][row: 0]
    return constant
  }
}

extension Matrix {
  /// This matrix with one row alone left.
  fileprivate func alone(_ row: Int) -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    result[row: row] = self[row: row]
    return result
  }
}
