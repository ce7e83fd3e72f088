import Interventions
import LinearAlgebra
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Generation under interventions")
struct GenerationTests {
  @Test(
    "With keys and values kept, tokens and logits are those of reading everything again",
    arguments: TinyTransformer.forms, TinyTranscoders.forms)
  func cached(form: TinyTransformer, transcoders: TinyTranscoders) throws {
    let tiny = Tiny(form, transcoders)
    let engine = try tiny.engine()
    let site = try #require(engine.unmodified.features().sites.first { $0.position > 1 })
    let changes = [
      Intervention(.feature(layer: site.layer, index: site.index), at: .from(2), .set(4)),
      Intervention(.feature(layer: 1, index: 0), at: .from(1), .add(1.5)),
      Intervention(.feature(layer: 2, index: 1), at: .at(3), .set(-2)),
    ]
    let patching = Patching.iterative(freezesAttention: false)
    var random = SplitMix64(seed: 1)
    var rows: [[Float]] = []
    let added = try engine.generate(changes, patching: patching, count: 6, using: &random) { _, logits in
      rows.append(logits)
      return true
    }
    #expect(added.count == 6 && rows.count == 6)
    for step in rows.indices {
      let prompt = tiny.tokens + added.prefix(step)
      let again = try InterventionEngine(tiny.transformer, tiny.set, tokens: prompt)
        .run(changes, patching: patching)
      #expect(Difference(rows[step], again.logits, absolute: 1e-4) == nil, "step \(step)")
    }
  }

  @Test("Without interventions the text is the model's own, and a seed gives the same draws")
  func plain() throws {
    let tiny = Tiny(TinyTransformer(), TinyTranscoders.forms[1])
    let engine = try tiny.engine()
    for choice in [TokenChoice.greedy, .sampled(temperature: 1.3, topP: 0.9)] {
      var (first, second) = (SplitMix64(seed: 7), SplitMix64(seed: 7))
      let text = try engine.generate([], count: 12, choice: choice, using: &first)
      #expect(text == tiny.transformer.generate(tiny.tokens, count: 12, choice: choice, using: &second))
    }
  }

  @Test("It ends where the receiver or the model's context says")
  func ends() throws {
    let tiny = Tiny(TinyTransformer("short") { $0.contextLength = 9 }, TinyTranscoders.forms[0])
    let engine = try tiny.engine()
    var random = SplitMix64(seed: 1)
    #expect(try engine.generate([], count: 100, using: &random).count == 4)
    #expect(try engine.generate([], count: 100, using: &random) { _, _ in false }.count == 1)
    #expect(throws: InterventionError.noText) {
      try engine.generate(
        [Intervention(.token, at: .at(1), .scale(0))], patching: .constrained(0...2), count: 3, using: &random
      )
    }
  }
}
