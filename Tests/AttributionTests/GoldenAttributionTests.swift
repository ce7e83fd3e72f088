import Attribution
import CircuitGraphs
import LinearAlgebra
import ReplacementModels
import Testing
import Transcoders
import _TestSupport

@Suite("Graphs that circuit-tracer traced", .serialized)
struct GoldenAttributionTests {
  static let kinds = ["plt-relu", "plt-jumprelu", "plt-topk-skip", "clt-jumprelu"]
  /// One prompt of each other architecture.
  static let others = [
    "gemma2/plt-topk-skip", "gemma2/clt-jumprelu", "gemma3/plt-jumprelu", "gpt2/clt-jumprelu",
    "qwen3/clt-jumprelu",
  ]

  @Test(
    "Features, errors, every edge, influence and scores of the whole graph agree",
    arguments: kinds.flatMap { kind in (0..<3).map { ("llama/" + kind, $0) } } + others.map { ($0, 0) })
  func full(name: String, prompt: Int) throws {
    let golden = try GoldenCase("tiny/" + name, prompt: prompt)
    let model = golden.model
    let sites = model.features.sites.flatMap { [$0.layer, $0.position, $0.index] }
    #expect(sites == (try golden.tensors.integers("active_features")))
    let values = try golden.tensors.floats("activation_values")
    #expect(Difference(model.features.values, values, absolute: 5e-5, relative: 1e-4) == nil)
    for (error, expected) in zip(model.errors, try golden.tensors.matrices("error_vectors")) {
      #expect(Difference(error, expected, absolute: 5e-5, relative: 1e-4) == nil)
    }
    #expect(
      Difference(model.logits, try golden.tensors.floats("logits_last"), absolute: 2e-4, relative: 1e-4)
        == nil)
    let graph = try model.graph(model.chooser.salient(count: 10, mass: 0.95))
    try golden.expectNumbers(graph, golden.graphs.full, "full")
    try golden.expectRows(graph, graph.layout.targets, "full.adjacency_rows")
  }

  @Test("Limited graphs choose the same features and have the same edges", arguments: kinds, [0, 2])
  func half(kind: String, prompt: Int) throws {
    let golden = try GoldenCase("tiny/llama/\(kind)", prompt: prompt)
    let half = try #require(golden.graphs.half)
    let roundSize = try #require(half.batchSize) * #require(half.updateInterval)
    let options = AttributionOptions(
      maxFeatureNodes: try #require(half.maxFeatureNodes), coverage: nil, roundSize: roundSize,
      unexpanded: .leftOut)
    let graph = try golden.model.graph(golden.model.chooser.salient(count: 10, mass: 0.95), options)
    try golden.expectNumbers(graph, half, "half")
    try golden.expectRows(graph, graph.layout.targets, "half.adjacency_rows")
  }

  @Test("Targets given as tokens", arguments: kinds)
  func strings(kind: String) throws {
    let golden = try GoldenCase("tiny/llama/\(kind)", prompt: 0)
    let strings = try #require(golden.graphs.strings)
    let graph = try golden.model.graph(golden.model.chooser.tokens(strings.logitTargets.map(\.vocabIdx)))
    try golden.expectNumbers(graph, strings, "strings")
    try golden.expectRows(graph, Array(graph.layout.logitRange), "strings.logit_rows")
  }

  @Test("Targets given as directions with weights", arguments: kinds)
  func custom(kind: String) throws {
    let golden = try GoldenCase("tiny/llama/\(kind)", prompt: 0)
    let custom = try #require(golden.graphs.custom)
    let vectors = try golden.tensors.matrix("custom.vectors")
    let targets = custom.logitTargets.enumerated().map { row, target in
      AttributionTarget(
        label: target.tokenStr, vocabularyIndex: target.vocabIdx, weight: Float(target.probability),
        direction: Array(vectors[row: row]))
    }
    let graph = try golden.model.graph(targets)
    #expect(graph.logits.map(\.label) == custom.logitTargets.map(\.tokenStr))
    try golden.expectNumbers(graph, custom, "custom")
    try golden.expectRows(graph, Array(graph.layout.logitRange), "custom.logit_rows")
  }
}
