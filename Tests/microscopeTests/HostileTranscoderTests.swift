import Foundation
import LinearAlgebra
import Testing
import _TestSupport

@Suite("transcoders that cannot be used are refused in one sentence")
struct HostileTranscoderTests {
  private func arguments(_ set: String) throws -> [String] {
    [
      "trace", "--ids", "1,5,9,12", "--model", try TinyModel.path(), "--transcoders", set, "--graph", "raw",
      "--output", "out",
    ]
  }

  @Test("what is missing, or made for another model")
  func unfit() async throws {
    let sandbox = try Sandbox()
    let other = try Golden.path("smollm2/plt-jumprelu/transcoder")
    try await sandbox.refuse(arguments("/no/such/set"), "no transcoders")
    try await sandbox.refuse(arguments("no/such"), "pull --transcoders no/such")
    try await sandbox.refuse(arguments(TinyModel.path()), "config.yaml")
    try await sandbox.refuse(arguments(""), "no transcoders")
    try await sandbox.refuse(arguments(other), "30 layers, the model 4")
    _ = try sandbox.file("pipe", "")
    try FileManager.default.createDirectory(atPath: sandbox.path("set"), withIntermediateDirectories: true)
    #expect(mkfifo(sandbox.path("set/config.yaml"), 0o600) == 0)
    try await sandbox.refuse(arguments("set"), "config.yaml")
  }

  @Test("another width")
  func width() async throws {
    let sandbox = try Sandbox()
    let other = try Golden.path("smollm2/plt-jumprelu/transcoder")
    try FileManager.default.createDirectory(atPath: sandbox.path("set"), withIntermediateDirectories: true)
    for name in ["config.yaml"] + (0..<4).map({ "layer_\($0).safetensors" }) {
      try FileManager.default.createSymbolicLink(
        atPath: sandbox.path("set/" + name), withDestinationPath: other + "/" + name)
    }
    try await sandbox.refuse(arguments("set"), "576 numbers a position, the model has 48")
  }

  @Test("a layer missing, cut or not a number", arguments: TinyModel.kinds)
  func damagedLayer(kind: String) async throws {
    let sandbox = try Sandbox()
    let set = try TinyModel.transcoders(kind)
    for name in kind == "clt-jumprelu" ? ["W_enc_2", "W_dec_2"] : ["layer_2"] {
      let file = name + ".safetensors"
      let whole = try Data(contentsOf: URL(filePath: set + "/" + file))
      let header = 8 + whole.prefix(4).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
      let nan = whole.prefix(header) + Data(repeating: 0xFF, count: whole.count - header)
      for contents in [nil, Data(), whole.prefix(20), whole.dropLast(), nan] {
        try TinyModel.folder(sandbox.path("set"), like: set, replacing: file, with: contents)
        try await sandbox.refuse(arguments("set"))
      }
    }
  }

  @Test("a configuration that says something else", arguments: ["plt-topk-skip", "clt-jumprelu"])
  func configuration(kind: String) async throws {
    let sandbox = try Sandbox()
    let set = try TinyModel.transcoders(kind)
    let whole = String(decoding: try Data(contentsOf: URL(filePath: set + "/config.yaml")), as: UTF8.self)
    let other = kind == "clt-jumprelu" ? "transcoder_set" : "cross_layer_transcoder"
    let kindOfSet = kind == "clt-jumprelu" ? "cross_layer_transcoder" : "transcoder_set"
    let texts = [
      "", "[", "model_kind: [1]", "model_kind: nothing", "&a [*a, *a]", "\t\u{0}",
      whole.replacing(kindOfSet, with: other),
      whole.replacing(/feature_input_hook:.*/, with: "feature_input_hook: nowhere"),
      whole + "\nactivation: softmax\n", whole + "\nk: -1\nactivation: topk\n",
    ]
    for text in texts {
      try TinyModel.folder(sandbox.path("set"), like: set, replacing: "config.yaml", with: Data(text.utf8))
      try await sandbox.refuse(arguments("set"))
    }
  }

  @Test("flipped bytes in the head of a layer never crash", arguments: ["plt-jumprelu", "clt-jumprelu"])
  func flipped(kind: String) async throws {
    let sandbox = try Sandbox()
    let set = try TinyModel.transcoders(kind)
    let name = kind == "clt-jumprelu" ? "W_dec_1.safetensors" : "layer_1.safetensors"
    let whole = try Data(contentsOf: URL(filePath: set + "/" + name))
    var random = SplitMix64(seed: 5)
    for _ in 0..<20 {
      var bytes = whole
      let place = Int.random(in: 0..<200, using: &random)
      bytes[place] = Array("0129,[]{}\":".utf8).randomElement(using: &random) ?? 0
      try TinyModel.folder(sandbox.path("set"), like: set, replacing: name, with: bytes)
      try await sandbox.survive(arguments("set"), "byte \(place) became \(bytes[place])")
    }
  }
}
