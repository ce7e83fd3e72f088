import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import _TestSupport

@Suite("trace gives the reference implementation's graphs", .serialized)
struct GoldenTraceTests {
  /// The numbers beside a golden graph.
  private struct Expected: Decodable {
    struct Graph: Decodable {
      var replacement_score: Double
      var completeness_score: Double
      var batch_size: Int?
      var update_interval: Int?
    }

    var full: Graph
    var half: Graph?
  }

  @Test("a graph of all features", arguments: TinyModel.kinds, [0, 1, 2])
  func fullGraph(kind: String, prompt: Int) async throws {
    try await compare(kind, prompt, isHalf: false)
  }

  @Test("a graph of half the features, chosen in rounds", arguments: TinyModel.kinds, [0, 2])
  func halfGraph(kind: String, prompt: Int) async throws { try await compare(kind, prompt, isHalf: true) }

  private func compare(_ kind: String, _ prompt: Int, isHalf: Bool) async throws {
    let name = "tiny/llama/\(kind)/prompt\(prompt)"
    let golden = try Golden.tensors(name + ".safetensors")
    let expected = try JSONDecoder().decode(Expected.self, from: try Golden.data(name + ".json"))
    let prefix = isHalf ? "half." : "full."
    let selected = try golden.integers(prefix + "selected_features")
    let sandbox = try Sandbox()
    var arguments = [
      "trace", "--model", try TinyModel.path(), "--transcoders", try TinyModel.transcoders(kind), "--ids",
      try golden.integers("token_ids").map { String($0) }.joined(separator: ","), "--compat",
      "circuit-tracer",
      "--max-feature-nodes", String(isHalf ? selected.count : 1_000_000), "--graph", "raw.safetensors",
      "--output", "graphs", "--json",
    ]
    if isHalf, let half = expected.half {
      arguments += ["--batch-size", String(try #require(half.batch_size))]
      arguments += ["--update-interval", String(try #require(half.update_interval))]
    }
    let answer = try await sandbox.json(TraceAnswer.self, arguments)
    let graph = try SafetensorsFile(path: sandbox.path("raw.safetensors"))
    try compareGraph(graph, golden, prefix, selected)
    let wanted = isHalf ? try #require(expected.half) : expected.full
    #expect(abs(answer.replacementScore - wanted.replacement_score) < 1e-4)
    #expect(abs(answer.completenessScore - wanted.completeness_score) < 1e-4)
  }

  private func compareGraph(
    _ graph: SafetensorsFile, _ golden: GoldenTensors, _ prefix: String, _ selected: [Int]
  ) throws {
    let active = try golden.integers("active_features")
    let features = try graph.tensor("features").integers()
    try #require(features == selected.flatMap { active[3 * $0..<3 * $0 + 3] })
    let probabilities = try golden.floats(prefix + "logit_probabilities")
    let found = try graph.tensor("logit_probabilities").floats()
    #expect(Difference(found, probabilities, absolute: 1e-5) == nil)
    let wanted = try golden.matrix(prefix + "adjacency_rows")
    var rows = Matrix(rows: wanted.rows, columns: wanted.columns)
    let (targets, sources) = try (
      graph.tensor("edge_rows").integers(), graph.tensor("edge_columns").integers()
    )
    // Errors and tokens have no rows of their own: the golden rows are those of features, then of logits.
    let firstLogit = wanted.columns - probabilities.count
    for ((target, source), weight) in zip(zip(targets, sources), try graph.tensor("edge_weights").floats()) {
      rows[target < selected.count ? target : target - firstLogit + selected.count, source] = weight
    }
    #expect(Difference(rows, wanted, absolute: 5e-5, relative: 1e-3) == nil)
  }
}
