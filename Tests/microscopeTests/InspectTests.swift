import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import _TestSupport

@Suite("inspect")
struct InspectTests {
  struct Report: Decodable {
    struct Fact: Decodable {
      var name: String
      var value: String
    }
    struct Tensor: Decodable {
      var name: String
      var shape: [Int]
      var type: String
    }
    var kind: String
    var bytes: Int
    var files: Int
    var layers: Int?
    var width: Int?
    var facts: [Fact]
    var use: String
    var tensors: [Tensor]

    subscript(name: String) -> String? { facts.first { $0.name == name }?.value }
  }

  @Test("transcoders: format, shapes, hooks, activation, and the models that they fit")
  func transcoders() async throws {
    let sandbox = try Sandbox()
    let set = try Golden.path("smollm2/plt-jumprelu/transcoder")
    let report = try await sandbox.json(Report.self, ["inspect", set, "--json"])
    #expect(report.kind == "transcoders" && report.layers == 30 && report.width == 576)
    #expect(
      report["format"] == "circuit-tracer" && report["activation"] == "JumpReLU"
        && report["numbers"] == "BF16")
    #expect(
      report["reads"] == "mlp.hook_in" || report["reads"] == "ln2.hook_normalized" || report["reads"] != nil)
    #expect(report.use.contains("a model of width 576 with 30 layers, such as smollm2-135m-instruct"))
    #expect(report.files == 31 && report.bytes > 1 << 20)
    let crossLayer = try await sandbox.succeed(["inspect", TinyModel.transcoders("clt-jumprelu")])
    #expect(crossLayer.contains("cross-layer") && crossLayer.contains("96 in all, 24 a layer"))
    #expect(crossLayer.contains("hook_resid_mid") && crossLayer.contains("hook_mlp_out"))
  }

  @Test("models, tokenizers, tensors and graphs")
  func others() async throws {
    let sandbox = try Sandbox()
    let model = try await sandbox.json(Report.self, ["inspect", TinyModel.path(), "--json"])
    #expect(model.kind == "Hugging Face model" && model.layers == 4 && model.width == 48)
    #expect(model["architecture"] == "llama" && !model.tensors.isEmpty)
    let tokenizer = try await sandbox.json(
      Report.self, ["inspect", TinyModel.path() + "/tokenizer.json", "--json"])
    #expect(tokenizer.kind == "tokenizer" && Int(tokenizer["vocabulary"] ?? "") ?? 0 > 100)
    let layer = try await sandbox.json(
      Report.self, ["inspect", TinyModel.transcoders("plt-relu") + "/layer_0.safetensors", "--json"])
    #expect(layer.kind == "safetensors file" && layer.use.contains("folder of all layers"))
    #expect(layer.tensors.contains { $0.name == "W_enc" && $0.shape == [24, 48] && $0.type == "F32" })
    let graph = try await sandbox.json(
      Report.self, ["inspect", Golden.path("smollm2/plt-jumprelu/prompt0.graph.json"), "--json"])
    #expect(graph.kind == "graph" && graph["nodes"] != nil)
    let tiny = try sandbox.file("tiny.gguf", TinyGGUF().bytes)
    #expect(try await sandbox.succeed(["inspect", tiny]).hasPrefix("what          GGUF model\n"))
  }

  @Test("what is nothing that is known, or damaged, is refused in one sentence")
  func hostile() async throws {
    let sandbox = try Sandbox()
    let cases: [(String, Data, String)] = [
      ("empty", Data(), "empty"), ("text", Data("hello".utf8), "neither"),
      ("list.json", Data("[1]".utf8), "neither"),
      ("other.json", Data("{\"a\": 1}".utf8), "neither a graph"), ("bad.json", Data("{\"a\": ".utf8), "JSON"),
      ("deep.json", Data(("{\"nodes\":" + String(repeating: "[", count: 100_000)).utf8), "JSON"),
      ("graph.json", Data("{\"nodes\": 1, \"links\": []}".utf8), ""),
      ("tokenizer.json", Data("{\"model\": {}, \"added_tokens\": []}".utf8), ""),
      ("cut.gguf", Data("GGUF\u{3}".utf8), "damaged"), ("cut.npz", Data("PK\u{3}\u{4}".utf8), "damaged"),
      ("cut.safetensors", Data([99, 0, 0, 0, 0, 0, 0, 0, 0x7B]), "damaged"),
      ("huge.safetensors", Data([255, 255, 255, 255, 255, 255, 255, 127, 0x7B]), "header"),
    ]
    for (name, contents, mention) in cases {
      try await sandbox.refuse(["inspect", sandbox.file(name, contents)], mention)
    }
    try await sandbox.refuse(["inspect", "/no/such/file"], "nothing")
    try await sandbox.refuse(["inspect", ""], "nothing")
    try await sandbox.refuse(["inspect", "/dev/null"], "device")
    try await sandbox.refuse(["inspect", sandbox.work.path], "neither transcoders nor a model")
    try FileManager.default.createDirectory(atPath: sandbox.path("model"), withIntermediateDirectories: true)
    _ = try sandbox.file("model/config.json", "{\"hidden_size\": \"wide\"}")
    try await sandbox.refuse(["inspect", "model"], "config.json")
  }
}
