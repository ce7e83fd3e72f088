import CircuitGraphs
import Foundation
import GraphFiles
import Testing
import Viewer
import _GraphTestSupport

@Suite("Pruning again and scores")
struct ComputedGraphTests {
  /// A site with one graph, its condensed graph beside it unless told otherwise.
  private func with<Result>(
    isForeign: Bool = false, body: (TestSite, AttributionGraph) async throws -> Result
  ) async throws -> Result {
    var generator = SeededGenerator(seed: 11)
    let shape = RandomGraphShape(layers: 5, positions: 4, featuresPerSite: 6, logits: 3, density: 0.3)
    let graph = shape.makeGraph(using: &generator)
    let pieces = (0..<4).map { " \($0)" }
    let metadata = GraphMetadata(
      slug: try Slug("g"), transcoderSetID: "set", prompt: pieces.joined(), promptTokens: pieces)
    return try await TestSite.with { site in
      try GraphFile(graph.prune(nodeThreshold: 0.5, edgeThreshold: 0.8), metadata: metadata) {
        "says \($0.index)"
      }
      .write(to: site.directory)
      if !isForeign {
        try CondensedGraphFile(graph.condensed()).write(
          to: site.directory.appendingPathComponent("g.safetensors").path)
      }
      return try await body(site, graph)
    }
  }

  private func count(_ answer: [String: Any], _ key: String) -> Int { (answer[key] as? [Any])?.count ?? -1 }

  @Test("Thresholds can loosen what the file has, and give what pruning the whole graph gives")
  func prune() async throws {
    try await with { site, graph in
      let file = try await site.json("/api/v1/graphs/g")
      let loose = try await site.json(
        "/api/v1/graphs/g/prune?node=0.9&edge=0.95&maxNodes=100000&maxEdges=100000")
      #expect(count(loose, "nodes") > count(file, "nodes") && count(loose, "links") > count(file, "links"))
      let whole = graph.prune(nodeThreshold: 0.9, edgeThreshold: 0.95)
      #expect(abs(count(loose, "nodes") - whole.keptNodes.count) <= 2)
      let labels = try #require(loose["nodes"] as? [[String: Any]]).compactMap { $0["clerp"] as? String }
      #expect(labels.contains { $0.hasPrefix("says ") })
      let same = try await site.json(
        "/api/v1/graphs/g/prune?node=0.5&edge=0.8&maxNodes=100000&maxEdges=100000")
      #expect(abs(count(same, "nodes") - count(file, "nodes")) <= 1)
      let limited = try await site.json("/api/v1/graphs/g/prune?node=1&edge=1&maxNodes=20&maxEdges=30")
      #expect(limited["isLimited"] as? Bool == true && count(limited, "links") <= 30)
      let reach = try #require(limited["reach"] as? [String: Any])
      #expect((reach["edge"] as? Double ?? 0) > 0.9)
      let entries = try #require(try await site.json("/api/v1/graphs")["graphs"] as? [[String: Any]])
      #expect(entries[0]["canPrune"] as? Bool == true)
    }
  }

  @Test(
    "Thresholds that are no shares are refused",
    arguments: [
      "node=1.1", "node=-1", "edge=nan", "edge=inf", "node=", "maxNodes=-1", "maxEdges=1e9", "node=x",
    ])
  func badThresholds(query: String) async throws {
    try await with { site, _ in
      #expect(await site.get("/api/v1/graphs/g/prune?" + query).code == "bad_request")
    }
  }

  @Test("A graph without, or with a damaged, raw graph says so")
  func foreign() async throws {
    try await with(isForeign: true) { site, _ in
      #expect(await site.get("/api/v1/graphs/g/prune").code == "no_raw_graph")
      let scores = try await site.send("POST", "/api/v1/graphs/g/scores").object()
      #expect(scores["of"] as? String == "file")
      try Data(repeating: 7, count: 100).write(to: site.directory.appendingPathComponent("g.safetensors"))
      #expect(await site.get("/api/v1/graphs/g/prune").code == "no_raw_graph")
    }
  }

  @Test("Scores and supernode edges are those of the library")
  func scores() async throws {
    try await with { site, graph in
      let condensed = graph.condensed()
      let features = condensed.graph.layout.features.prefix(8).map {
        "\($0.layer)_\($0.index)_\($0.position)"
      }
      let logit = "\(condensed.graph.layout.layerCount + 1)_0_3"
      let body: [String: Any] = [
        "pinnedIds": features + [logit, "E_1_1", "9_9_9"], "supernodes": [["both"] + features.prefix(2)],
      ]
      let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
      let answer = try await site.send("POST", "/api/v1/graphs/g/scores", text).object()
      let whole = try #require(answer["graph"] as? [String: Double])
      #expect(abs((whole["replacement"] ?? 0) - GraphScores(graph).replacement) < 1e-12)
      let part = try #require(answer["subgraph"] as? [String: Double])
      let expected = condensed.scores(pinned: Set(0..<8))
      #expect(abs((part["replacement"] ?? 0) - expected.replacement) < 1e-5)
      #expect(abs((part["completeness"] ?? 0) - expected.completeness) < 1e-5)
      let groups = try #require(answer["nodes"] as? [[String: Any]])
      #expect(groups[0]["label"] as? String == "both" && groups[0]["id"] as? String == "supernode:0")
      #expect(groups.count == 1 + 6 + 3)
      let edges = try #require(answer["edges"] as? [[String: Any]])
      let token = condensed.graph.layout.tokenRange.lowerBound + 1
      let library = condensed.graph.edges(
        among: [[0, 1]] + (2..<8).map { [$0] } + [[condensed.graph.layout.logitRange.lowerBound], [token]])
      #expect(edges.count == library.count && !edges.isEmpty)
      for (edge, wanted) in zip(edges, library) {
        #expect(abs((edge["weight"] as? Double ?? 9) - wanted.weight) < 1e-6)
        #expect(edge["source"] as? String == groups[wanted.source]["id"] as? String)
      }
    }
  }

  @Test("A condensed graph that was stored is read back the same, and damage is told")
  func storage() async throws {
    try await with { site, graph in
      let path = site.directory.appendingPathComponent("g.safetensors").path
      let condensed = graph.condensed()
      let read = try CondensedGraphFile(contentsOf: path).condensed
      #expect(read.graph == condensed.graph && read.scores == condensed.scores)
      #expect(zip(read.influence, condensed.influence).allSatisfy { abs($0 - $1) < 1e-6 })
      let bytes = try Data(contentsOf: URL(filePath: path))
      for cut in stride(from: 0, to: bytes.count, by: bytes.count / 60) {
        var damaged = bytes
        damaged[cut] ^= 0x5A
        try damaged.write(to: URL(filePath: path))
        _ = try? CondensedGraphFile(contentsOf: path)
        try bytes.prefix(cut).write(to: URL(filePath: path))
        #expect(throws: (any Error).self) { try CondensedGraphFile(contentsOf: path) }
      }
    }
  }
}
