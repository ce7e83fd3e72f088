import Foundation
import ModelFiles
import Testing
import _TestSupport

@Suite("trace", .serialized)
struct TraceTests {
  private static let prompt = "The cat sat on the"

  private func arguments(_ more: [String]) throws -> [String] {
    ["trace", Self.prompt, "--model", try TinyModel.path()] + more
  }

  @Test("the JSON answer has every number")
  func answer() async throws {
    let sandbox = try Sandbox()
    let answer = try await sandbox.json(TraceAnswer.self, arguments(["--json"]))
    #expect(answer.tokens.map(\.piece).joined() == Self.prompt)
    #expect(answer.logits.count == 10)
    #expect(zip(answer.logits, answer.logits.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    #expect(answer.nodeCount > answer.tokens.count && answer.edgeCount >= answer.nodeCount)
    #expect(answer.expandedFeatureCount > 0 && answer.activeFeatureCount >= answer.expandedFeatureCount)
    #expect((0...1).contains(answer.replacementScore) && (0...1).contains(answer.completenessScore))
    #expect(answer.seconds.keys.contains("attribution") && answer.seconds.keys.contains("load"))
    let total = try #require(answer.seconds["total"])
    #expect(abs(answer.seconds.values.reduce(0, +) - 2 * total) < 1e-6)
    #expect(answer.peakBytes > 1_000_000)
    #expect(answer.files["json"] == sandbox.home.path + "/graphs/the-cat-sat-on-the.json")
  }

  @Test("the graph file is whole, and its folder's list names it")
  func graphFile() async throws {
    let sandbox = try Sandbox()
    let answer = try await sandbox.json(
      TraceAnswer.self, arguments(["--json", "--slug", "my.graph-1", "--output", "a/b"]))
    let page = try PageAnswer(path: sandbox.path("a/b/my.graph-1.json"))
    #expect(page.nodes.count == answer.nodeCount && page.links.count == answer.edgeCount)
    let ids = Set(page.nodes.map(\.node_id))
    #expect(ids.count == page.nodes.count)
    #expect(page.links.allSatisfy { ids.contains($0.source) && ids.contains($0.target) })
    #expect(
      page.nodes.contains { $0.feature_type == "cross layer transcoder" && $0.clerp.hasPrefix("says ‘") })
    let list = try String(contentsOfFile: sandbox.path("a/b/graph-metadata.json"), encoding: .utf8)
    #expect(list.contains(#""slug":"my.graph-1""#))
    #expect(
      try await sandbox.succeed(arguments(["--slug", "second", "--output", "a/b"])).contains("second.json"))
    let both = try String(contentsOfFile: sandbox.path("a/b/graph-metadata.json"), encoding: .utf8)
    #expect(both.contains(#""slug":"my.graph-1""#) && both.contains(#""slug":"second""#))
  }

  @Test("--heads tells beside edges and in the graph file which heads they run through")
  func heads() async throws {
    let sandbox = try Sandbox()
    let plain = try await sandbox.succeed(arguments(["--slug", "plain", "--output", "graphs"]))
    let text = try await sandbox.succeed(
      arguments(["--heads", "--head-edges", "40", "--slug", "heads", "--output", "graphs"]))
    let (before, after) = (TraceTests.tree(plain), TraceTests.tree(text))
    #expect(before.count > 5 && before.count == after.count)
    #expect(zip(after, before).allSatisfy { $0.hasPrefix($1) })
    #expect(after.contains { $0.contains("  via ") || $0.contains("straight ") })
    #expect(try PageAnswer(path: sandbox.path("graphs/plain.json")).links.allSatisfy { $0.heads == nil })
    let links = try PageAnswer(path: sandbox.path("graphs/heads.json")).links.filter { $0.heads != nil }
    #expect((40...40 + after.count).contains(links.count))
    for link in links {
      let way = try #require(link.heads)
      #expect(way.through.count <= 8 && way.through.allSatisfy { $0.count == 4 })
      if way.through.count < 8 {
        let sum = way.direct + way.several + way.through.reduce(0) { $0 + $1[3] }
        #expect(abs(sum - link.weight) < 1e-4 * max(1, abs(link.weight)))
      }
    }
  }

  @Test("--qk expands an attention score, of the key that is named or of the one that is read most")
  func score() async throws {
    let sandbox = try Sandbox()
    let named = try await sandbox.json(TraceAnswer.self, arguments(["--json", "--qk", "1.0@-1,0"]))
    let score = try #require(named.score)
    #expect((score.layer, score.head, score.query, score.key) == (1, 0, named.tokens.count - 1, 0))
    #expect((0...1).contains(score.weight) && score.pairs.count == 50)
    #expect(score.queryTerms.contains { $0.source == "constants" || $0.source.hasPrefix("T:") })
    let keyless = try await sandbox.json(TraceAnswer.self, arguments(["--json", "--qk", "1.0@-1"]))
    let strongest = try #require(keyless.score)
    #expect(strongest.weight >= score.weight)
    let text = try await sandbox.succeed(arguments(["--qk", "1.0@-1,0"]))
    #expect(text.contains("head 1.0 at ") && text.contains("\npairs\n") && text.contains("  ×  "))
    #expect(try await sandbox.json(TraceAnswer.self, arguments(["--json"])).score == nil)
  }

  /// The edges that `trace` prints.
  private static func tree(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.contains("├─") || $0.contains("└─") }.map { String($0) }
  }

  @Test("without flags the graph stays readable; a threshold given, or --compat, lifts the limit")
  func limits() async throws {
    let sandbox = try Sandbox()
    let prompt = [
      "trace", String(repeating: "The cat sat on the mat and ", count: 5), "--model", try TinyModel.path(),
    ]
    let answer = try await sandbox.json(TraceAnswer.self, prompt + ["--json"])
    let rest = answer.tokens.count + answer.logits.count
    #expect(answer.isLimited && answer.nodeCount <= 450 + rest && answer.edgeCount <= 10_000)
    #expect((0...1).contains(answer.influenceShare))
    let shares = ["--node-threshold", "0.8", "--edge-threshold", "0.9"]
    for flags in [shares, ["--compat", "circuit-tracer"]] {
      let whole = try await sandbox.json(TraceAnswer.self, prompt + flags + ["--json"])
      #expect(!whole.isLimited && whole.edgeCount > answer.edgeCount)
    }
  }

  @Test("the whole graph is the same for any number of threads", arguments: ["neurons", "clt-jumprelu"])
  func threads(kind: String) async throws {
    let sandbox = try Sandbox()
    let set = kind == "neurons" ? kind : try TinyModel.transcoders(kind)
    for threads in ["1", "2", "5"] {
      _ = try await sandbox.succeed(
        arguments(["--transcoders", set, "--threads", threads, "--graph", threads, "--output", "graphs"]))
    }
    let first = try sandbox.data("1")
    #expect(try sandbox.data("2") == first)
    #expect(try sandbox.data("5") == first)
  }

  @Test("targets are explained in the order given, and a difference is one output")
  func targets() async throws {
    let sandbox = try Sandbox()
    let raw = ["--graph", "raw.safetensors", "--output", "graphs"]
    _ = try await sandbox.succeed(arguments(["--target", " of", "--target", "C"] + raw))
    let ids = try await sandbox.json(
      TokenAnswer.self, ["tokenize", " ofC", "--model", try TinyModel.path(), "--json"]
    ).ids
    var graph = try SafetensorsFile(path: sandbox.path("raw.safetensors"))
    #expect(try graph.tensor("logit_tokens").integers() == ids)
    _ = try await sandbox.succeed(arguments(["--target", " of", "--minus", "C"] + raw))
    graph = try SafetensorsFile(path: sandbox.path("raw.safetensors"))
    #expect(try graph.tensor("logit_tokens").integers().count == 1)
    #expect(try graph.tensor("logit_probabilities").floats() == [1])
  }

  @Test("a person gets tokens, outputs, counts, scores, a tree and times, each on lines of their own")
  func text() async throws {
    let sandbox = try Sandbox()
    let output = try await sandbox.succeed(arguments(["--transcoders", TinyModel.transcoders("plt-relu")]))
    for word in [
      "tokens  ‘The’", "next\n", "graph   ", "scores  ", "■ output ‘", "├─ ", "seconds ", "json    ",
    ] {
      #expect(output.contains(word), "no \(word)")
    }
    #expect(output.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test("a prompt of one token is traced")
  func oneToken() async throws {
    let sandbox = try Sandbox()
    let answer = try await sandbox.json(
      TraceAnswer.self, ["trace", "--ids", "5", "--model", try TinyModel.path(), "--json"])
    #expect(answer.activeFeatureCount == 0 && answer.nodeCount > 1)
  }
}
