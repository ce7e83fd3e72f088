import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import _TestSupport

@Suite("damaged models are refused in one sentence")
struct HostileModelTests {
  private static let run = ["run", "--ids", "1,2,3", "--model"]

  @Test("a whole GGUF gives what the folder it was made from gives")
  func wholeGGUF() async throws {
    let sandbox = try Sandbox()
    let path = try sandbox.file("whole.gguf", TinyGGUF().bytes)
    let arguments = ["run", "The cat sat", "--bos", "none", "--json", "--model"]
    let one = try await sandbox.json(RunAnswer.self, arguments + [path])
    let other = try await sandbox.json(RunAnswer.self, arguments + [try TinyModel.path()])
    #expect(one.tokens.map(\.id) == other.tokens.map(\.id))
    #expect(one.logits.map(\.id) == other.logits.map(\.id))
    #expect(zip(one.logits, other.logits).allSatisfy { abs($0.logit - $1.logit) < 1e-4 })
  }

  @Test("a GGUF cut anywhere is refused")
  func cutGGUF() async throws {
    let sandbox = try Sandbox()
    let whole = try TinyGGUF()
    let places = [0, 3, 4, 7, 8, 15, 23, 24, 31, 60, 200, 1000, 5000, whole.dataStart - 1, whole.dataStart]
    for place in places + [whole.dataStart + 1000, whole.bytes.count - 33] {
      let path = try sandbox.file("cut.gguf", whole.bytes.prefix(place))
      try await sandbox.refuse(Self.run + [path], "cut.gguf")
    }
  }

  @Test("flipped bytes in the head of a GGUF never crash", arguments: [1, 2])
  func flippedGGUF(seed: UInt64) async throws {
    let sandbox = try Sandbox()
    let whole = try TinyGGUF()
    var random = SplitMix64(seed: seed)
    for _ in 0..<40 {
      var bytes = whole.bytes
      let place = Int.random(in: 4..<(Bool.random(using: &random) ? 700 : whole.dataStart), using: &random)
      bytes[place] =
        [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
      let path = try sandbox.file("flipped.gguf", bytes)
      try await sandbox.survive(Self.run + [path], "byte \(place) became \(bytes[place])")
    }
  }

  @Test("a safetensors file cut anywhere is refused")
  func cutSafetensors() async throws {
    let sandbox = try Sandbox()
    let whole = try Golden.data("tiny/llama/model/model.safetensors")
    for place in [0, 4, 8, 9, 100, 1000, 3000, 10_000, whole.count / 2, whole.count - 1] {
      try replace("model.safetensors", whole.prefix(place), in: sandbox)
      try await sandbox.refuse(Self.run + ["model"], "model.safetensors")
    }
  }

  @Test("flipped bytes in the head of a safetensors file never crash")
  func flippedSafetensors() async throws {
    let sandbox = try Sandbox()
    let whole = try Golden.data("tiny/llama/model/model.safetensors")
    var random = SplitMix64(seed: 3)
    for _ in 0..<40 {
      var bytes = whole
      let place = Int.random(in: 0..<2000, using: &random)
      bytes[place] = Array("0159,[]{}\":\u{0}\u{7F}".utf8).randomElement(using: &random) ?? 0
      try replace("model.safetensors", bytes, in: sandbox)
      try await sandbox.survive(Self.run + ["model"], "byte \(place) became \(bytes[place])")
    }
  }

  @Test(
    "weights that are no numbers are refused", arguments: [UInt32(0x7FC0_0000), 0x7F80_0000, 0xFF80_0000])
  func notNumbers(bits: UInt32) async throws {
    let sandbox = try Sandbox()
    var bytes = try Golden.data("tiny/llama/model/model.safetensors")
    let damage = (0..<20_000).flatMap { _ in withUnsafeBytes(of: bits.littleEndian) { Array($0) } }
    bytes.replaceSubrange(bytes.count - damage.count..<bytes.count, with: damage)
    try replace("model.safetensors", bytes, in: sandbox)
    try await sandbox.refuse(Self.run + ["model"], "not numbers")
    for set in ["neurons", try TinyModel.transcoders("clt-jumprelu")] {
      try await sandbox.refuse(
        [
          "trace", "--ids", "1,2,3", "--model", "model", "--transcoders", set, "--graph", "raw", "--output",
          "out",
        ])
    }
  }

  @Test("a configuration or tokenizer cut anywhere is refused", arguments: ["config.json", "tokenizer.json"])
  func cutJSON(name: String) async throws {
    let sandbox = try Sandbox()
    let whole = try Golden.data("tiny/llama/model/" + name)
    for share in [0, 0.001, 0.1, 0.5, 0.9, 0.99] {
      try replace(name, whole.prefix(Int(share * Double(whole.count))), in: sandbox)
      try await sandbox.refuse(Self.run + ["model"])
    }
    for text in [
      "[]", "null", "{}", "\u{FEFF}{}", String(repeating: "[", count: 100_000), "{\"model\": 1e999}",
    ] {
      try replace(name, Data(text.utf8), in: sandbox)
      try await sandbox.refuse(Self.run + ["model"])
    }
    try replace(name, Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x7D]), in: sandbox)
    try await sandbox.refuse(Self.run + ["model"])
    try replace(name, nil, in: sandbox)
    try await sandbox.refuse(Self.run + ["model"])
  }

  @Test("no value in a configuration makes a crash")
  func configurationValues() async throws {
    let sandbox = try Sandbox()
    let original = try JSONSerialization.jsonObject(with: Golden.data("tiny/llama/model/config.json"))
    let configuration = try #require(original as? [String: Any])
    let keys = [
      "head_dim", "hidden_act", "hidden_size", "intermediate_size", "max_position_embeddings", "model_type",
      "num_attention_heads", "num_hidden_layers", "num_key_value_heads", "rms_norm_eps", "rope_theta",
      "rope_scaling", "vocab_size", "sliding_window",
    ]
    let values: [Any] = [0, -1, 3, 1e18, "x", NSNull(), ["rope_type": "llama3", "factor": 0]]
    for key in keys {
      for value in values {
        var changed = configuration
        changed[key] = value
        try replace("config.json", JSONSerialization.data(withJSONObject: changed), in: sandbox)
        try await sandbox.survive(Self.run + ["model"], "\(key) = \(value)")
      }
    }
  }

  @Test("flipped bytes in a tokenizer never crash")
  func flippedTokenizer() async throws {
    let sandbox = try Sandbox()
    let whole = try Golden.data("tiny/llama/model/tokenizer.json")
    var random = SplitMix64(seed: 4)
    for _ in 0..<30 {
      var bytes = whole
      let place = Int.random(in: 0..<whole.count, using: &random)
      bytes[place] = Array("0-9,[]{}\":\\x".utf8).randomElement(using: &random) ?? 0
      try replace("tokenizer.json", bytes, in: sandbox)
      try await sandbox.survive(
        ["tokenize", "The cät", "--model", "model"], "byte \(place) became \(bytes[place])")
    }
  }

  @Test("places where no model is are refused")
  func places() async throws {
    let sandbox = try Sandbox()
    let text = try sandbox.file("text.txt", "hello")
    let renamed = try sandbox.file("text.gguf", "hello")
    let empty = try sandbox.file("empty.gguf", "")
    try FileManager.default.createDirectory(atPath: sandbox.path("folder"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: sandbox.path("pipes"), withIntermediateDirectories: true)
    for name in ["pipe.gguf", "pipes/config.json", "pipes/tokenizer.json", "pipes/model.safetensors"] {
      #expect(mkfifo(sandbox.path(name), 0o600) == 0)
    }
    let places = [
      "/no/such/place", "folder", text, renamed, empty, "pipe.gguf", "pipes", "/dev/null", "", ".",
    ]
    for place in places + ["smollm3", "no/such", "a/b/c", "../x", String(repeating: "x", count: 100_000)] {
      try await sandbox.refuse(Self.run + [place])
      try await sandbox.refuse(["tokenize", "x", "--model", place])
    }
  }

  private func replace(_ name: String, _ contents: Data?, in sandbox: borrowing Sandbox) throws {
    try TinyModel.folder(sandbox.path("model"), like: TinyModel.path(), replacing: name, with: contents)
  }
}
