import Interventions
import LinearAlgebra
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Interventions of circuit-tracer")
struct GoldenInterventionTests {
  @Test("Logits and recomputed activations", arguments: GoldenIntervention.cases)
  func interventions(name: String) throws {
    let golden = try GoldenIntervention(name)
    let engine = try golden.engine()
    #expect(golden.list.interventions.count == 6)
    for item in golden.list.interventions {
      let outcome = try engine.run(item.all, patching: item.patching)
      let wanted = try golden.tensors.floats("\(item.name).logits_last")
      #expect(Difference(outcome.logits, wanted, absolute: 1e-4, relative: 1e-4) == nil, "\(item.name)")
      try golden.expect(outcome.features(), "\(item.name).activations")
    }
    #expect(
      Difference(
        engine.unmodified.logits, try golden.tensors.floats("baseline.logits_last"), absolute: 1e-4,
        relative: 1e-4) == nil)
    try golden.expect(engine.unmodified.features(), "baseline.activations")
  }

  @Test("Generation under an open-ended intervention", arguments: GoldenIntervention.cases)
  func generation(name: String) throws {
    let golden = try GoldenIntervention(name)
    let engine = try golden.engine()
    let item = golden.list.generate
    var random = SplitMix64(seed: 0)
    var logits: [[Float]] = []
    let tokens = try engine.generate(
      item.all, patching: item.patching, count: item.maxNewTokens ?? 0, using: &random
    ) { _, row in
      logits.append(row)
      return true
    }
    #expect(engine.tokens + tokens == (try golden.tensors.integers("generate_open_ended.tokens")))
    let wanted = try golden.tensors.matrix("generate_open_ended.logits")
    #expect(Difference(logits.flatMap { $0 }, wanted.storage, absolute: 1e-4, relative: 1e-4) == nil)
  }
}

/// The interventions of one set of transcoders.
struct GoldenIntervention {
  /// The architectures and kinds that there are interventions of.
  static let cases = [
    "llama/plt-relu", "llama/plt-jumprelu", "llama/plt-topk-skip", "llama/clt-jumprelu",
    "gemma2/plt-topk-skip",
    "gemma2/clt-jumprelu", "gemma3/plt-jumprelu", "gpt2/clt-jumprelu", "qwen3/clt-jumprelu",
  ].map { "tiny/" + $0 }

  struct List: Decodable {
    var tokenIds: [Int]
    var interventions: [Item]
    var generate: Item
  }

  struct Item: Decodable {
    var name: String
    var interventions: [Change]
    var constrainedLayers: [Int]?
    var freezeAttention: Bool
    var maxNewTokens: Int?

    var all: [Intervention] {
      interventions.map {
        Intervention(.feature(layer: $0.layer, index: $0.feature), at: $0.position.slice, .set($0.value))
      }
    }

    var patching: Patching {
      guard let layers = constrainedLayers, let first = layers.first, let last = layers.last else {
        return .iterative(freezesAttention: freezeAttention)
      }
      return .constrained(first...last)
    }
  }

  struct Change: Decodable {
    var layer: Int
    var feature: Int
    var value: Float
    var position: Place
  }

  /// A position, or a range whose end may be open.
  struct Place: Decodable {
    var slice: PositionSlice

    private enum CodingKeys: String, CodingKey { case start, stop }

    init(from decoder: any Decoder) throws {
      if let position = try? decoder.singleValueContainer().decode(Int.self) {
        slice = .at(position)
        return
      }
      let range = try decoder.container(keyedBy: CodingKeys.self)
      let start = try range.decode(Int.self, forKey: .start)
      slice =
        try range.decodeIfPresent(Int.self, forKey: .stop).map { .range(from: start, below: $0) }
        ?? .from(start)
    }
  }

  let list: List
  let tensors: GoldenTensors
  private let name: String

  init(_ name: String) throws {
    self.name = name
    list = try Golden.json(List.self, name + "/interventions.json")
    tensors = try Golden.tensors(name + "/interventions.safetensors")
  }

  func engine() throws -> InterventionEngine {
    let architecture = name.split(separator: "/").dropLast().joined(separator: "/")
    let transformer = try Transformer(path: Golden.path(architecture + "/model"), workers: Workers(count: 2))
    let set = try TranscoderSet(circuitTracerFolder: Golden.path(name + "/transcoder"))
    return try InterventionEngine(transformer, set, tokens: list.tokenIds)
  }

  /// Compares activations with a dense [L, T, F] tensor: the same features, and nearly the same values.
  func expect(_ features: FeatureActivations, _ tensor: String) throws {
    let shape = try tensors.shape(tensor)
    let wanted = try tensors.floats(tensor)
    var found = [Float](repeating: 0, count: wanted.count)
    for (site, value) in zip(features.sites, features.values) {
      found[(site.layer * shape[1] + site.position) * shape[2] + site.index] = value
    }
    #expect(Difference(found, wanted, absolute: 1e-4, relative: 1e-4) == nil, "\(tensor)")
    #expect(zip(found, wanted).allSatisfy { ($0 == 0) == ($1 == 0) }, "\(tensor)")
  }
}
