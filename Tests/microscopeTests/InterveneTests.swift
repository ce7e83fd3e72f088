import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import _TestSupport

@Suite("intervene, generate and success-rate", .serialized)
struct InterveneTests {
  private let ids = ["--ids", "1,270,86,350,80,269,223,339,326"]

  private func model(_ kind: String = "plt-jumprelu") throws -> [String] {
    ["--model", try TinyModel.path(), "--transcoders", try TinyModel.transcoders(kind)]
  }

  /// What `intervene --json` prints, as far as it is looked at here.
  private struct Answer: Decodable {
    struct Candidate: Decodable {
      var id: Int
      var logitBefore: Float
      var logitAfter: Float
    }

    struct Activation: Decodable {
      var target: String
      var position: Int
      var before: Float
      var imposed: Float
    }

    struct Text: Decodable {
      var tokensBefore: [Int]
      var tokensAfter: [Int]
    }

    struct Sweep: Decodable {
      struct Point: Decodable {
        var value: Float
        var logits: [Float]
      }

      var points: [Point]
    }

    struct Comparison: Decodable {
      struct Line: Decodable {
        var name: String
        var firstHop: Float
        var observed: Float
      }

      var logits: [Line]
      var supernodes: [Line]
    }

    var interventions: [String]
    var candidates: [Candidate]
    var activations: [Activation]
    var text: Text?
    var sweep: Sweep?
    var comparison: Comparison?
  }

  @Test("logits and recomputed features are the reference implementation's", arguments: TinyModel.kinds)
  func golden(kind: String) async throws {
    let sandbox = try Sandbox()
    let golden = try Golden.tensors("tiny/llama/\(kind)/interventions.safetensors")
    let record = try JSONSerialization.jsonObject(with: Golden.data("tiny/llama/\(kind)/interventions.json"))
    let list = try #require((record as? [String: Any])?["interventions"] as? [[String: Any]])
    let zero = try #require((list.first?["interventions"] as? [[String: Any]])?.first)
    let address = try ["layer", "feature", "position"].map { try #require(zero[$0] as? Int) }
    _ = try await sandbox.succeed(
      ["intervene", "--set", "\(address[0])/\(address[1])@\(address[2])=0", "--no-freeze-attention"] + ids
        + ["--output", "out.safetensors"] + model(kind))
    let file = try SafetensorsFile(path: sandbox.path("out.safetensors"))
    let wanted = try golden.floats("zero.logits_last")
    #expect(Difference(try file.tensor("logits").floats(), wanted, absolute: 1e-4, relative: 1e-4) == nil)
    let features = try file.tensor("features")
    #expect(features.shape == [try file.tensor("activations").floats().count, 3])
    #expect(features.shape[0] == (try golden.floats("zero.activations").count { $0 != 0 }))
  }

  @Test("a graph of the prompt names supernodes, and predicts direct effects exactly")
  func graph() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.succeed(
      ["trace", "--slug", "g", "--output", "graphs", "--node-threshold", "1", "--edge-threshold", "1"] + ids
        + model())
    let file = sandbox.work.appending(path: "graphs/g.json")
    var graph = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    let nodes = try #require(graph["nodes"] as? [[String: Any]])
    let members = nodes.filter { $0["feature_type"] as? String == "cross layer transcoder" }
      .prefix(2).compactMap { $0["node_id"] as? String }
    graph["qParams"] = ["supernodes": [["two"] + members]]
    try JSONSerialization.data(withJSONObject: graph).write(to: file)
    let answer = try await sandbox.json(
      Answer.self,
      ["intervene", "--graph", "graphs/g.json", "--supernode", "two=x0", "--constrain", "0...3", "--json"]
        + ids
        + model())
    #expect(answer.interventions.count == 2 && answer.activations.allSatisfy { $0.imposed == 0 })
    let comparison = try #require(answer.comparison)
    #expect(comparison.supernodes.first?.observed == -1)
    for line in comparison.logits { #expect(abs(line.firstHop - line.observed) < 1e-3, "\(line)") }
    try await sandbox.refuse(
      ["intervene", "--graph", "graphs/g.json", "--supernode", "three=x0"] + ids + model(), "two")
    try await sandbox.refuse(
      ["intervene", "--graph", "graphs/g.json", "--supernode", "two=x0", "--ids", "1,2"] + model(),
      "positions")
  }

  @Test("a sweep with its figure, and a continuation")
  func sweep() async throws {
    let sandbox = try Sandbox()
    let answer = try await sandbox.json(
      Answer.self,
      [
        "intervene", "--set", "0/6@1..=x2", "--sweep", "factor=-6..6", "--figure", "sweep.svg", "--generate",
        "5", "--json",
      ]
        + ids + model())
    #expect(answer.sweep?.points.map(\.value) == (0...12).map { Float($0) - 6 })
    #expect(answer.text?.tokensAfter.count == 5 && answer.text?.tokensBefore.count == 5)
    #expect(String(decoding: try sandbox.data("sweep.svg"), as: UTF8.self).hasPrefix("<svg"))
    let text = try await sandbox.succeed(
      ["intervene", "--set", "0/6@1..=x2", "--sweep", "end-layer=0..2"] + ids + model())
    #expect(text.contains("end layer") && text.contains("next token, before and after"))
  }

  @Test("generate gives the same text each time, and by itself what the changes leave")
  func generate() async throws {
    let sandbox = try Sandbox()
    struct Generated: Decodable { var generated: [Int] }
    let drawn = ["generate", "--count", "9", "--temperature", "1.5", "--seed", "3", "--json"] + ids
    let first = try await sandbox.json(Generated.self, drawn + model())
    #expect(first.generated.count == 9)
    #expect(try await sandbox.json(Generated.self, drawn + model()).generated == first.generated)
    let changed = try await sandbox.json(
      Answer.self, ["intervene", "--set", "0/6@1..=6.5", "--generate", "8", "--json"] + ids + model())
    let alone = try await sandbox.json(
      Generated.self, ["generate", "--set", "0/6@1..=6.5", "--count", "8", "--json"] + ids + model())
    #expect(alone.generated == changed.text?.tokensAfter)
    #expect(try await sandbox.succeed(["generate", "--count", "4"] + ids + model()).hasSuffix("\n"))
  }

  @Test("a donor's activation is taken over")
  func donor() async throws {
    let sandbox = try Sandbox()
    let answer = try await sandbox.json(
      Answer.self,
      [
        "intervene", "The cat sat", "--donor", "A dog ran", "--copy", "0/6@1->2", "--copy", "1/3@-1", "--map",
        "last", "--json",
      ]
        + model())
    #expect(answer.interventions.count == 2 && answer.interventions[0].hasPrefix("0/6@2="))
  }

  @Test("success rates over prompts")
  func rates() async throws {
    let sandbox = try Sandbox()
    let file = try sandbox.file(
      "prompts.jsonl",
      """
      {"prompt": "The cat", "expect": "q"}

      {"prompt": "A dog", "expect": "", "set": ["0/6@1=x-1"]}
      """)
    struct Rates: Decodable {
      struct Rate: Decodable { var successes, trials: Int }
      var unmodified: Rate
      var modified: Rate
      var modifiedInterval: [Double]
    }
    let rates = try await sandbox.json(
      Rates.self,
      ["success-rate", file, "--count", "2", "--criterion", "contains", "--figure", "r.svg", "--json"]
        + model())
    #expect(rates.unmodified.trials == 2 && rates.modifiedInterval.count == 2)
    let broken = try sandbox.file("broken.jsonl", "{\"prompt\": 3}\n")
    try await sandbox.refuse(["success-rate", broken] + model(), "Line 1")
    try await sandbox.refuse(
      ["success-rate", try sandbox.file("none.jsonl", "\n\n")] + model(), "no prompts")
  }

  @Test(
    "what cannot be changed is refused in one sentence",
    arguments: [
      (["--set", "9/0@1=0"], "layers 0 to 3"), (["--set", "0/999@1=0"], "features 0 to"),
      (["--set", "0/6@9=0"], "9 tokens"), (["--set", "0/6@1=nan"], "finite"),
      (["--set", "zero"], "12/845@-1=x-2"),
      (["--set", "0/6@1=1", "--set", "0/6@1=2"], "two values"), (["--set", "token@1=3"], "scaled"),
      (["--set", "0/6@1=0", "--constrain", "0...9"], "layers 0 to 3"),
      (["--set", "0/6@1=0", "--constrain", "3...1"], "--constrain"), ([], "--set"),
      (["--supernode", "a=x1"], "--graph"), (["--graph", "missing", "--supernode", "a=x1"], "missing"),
      (["--set", "0/6@1=0", "--sweep", "factor=2..1"], "factor=-6..6"),
      (["--set", "0/6@1=0", "--sweep", "factor=-6..6"], "sweep"),
      (["--set", "0/6@1=0", "--figure", "a.svg"], "--sweep"),
      (["--set", "0/6@1=x0", "--sweep", "factor=-6..6", "--figure", "a.gif"], ".svg"),
      (["--set", "0/6@1=0", "--watch", "no such token"], "one token"), (["--copy", "0/6@1"], "--donor"),
      (["--set", "0/6@1=0", "--generate", "0"], "--generate"),
      (["--set", "0/6@1=0", "--constrain", "0...3", "--generate", "2"], "constrain fewer"),
    ] as [([String], String)])
  func refusals(arguments: [String], words: String) async throws {
    let sandbox = try Sandbox()
    try await sandbox.refuse(["intervene"] + arguments + ids + model(), words)
  }
}
