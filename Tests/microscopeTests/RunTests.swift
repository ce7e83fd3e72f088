import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import _TestSupport

@Suite("run and tokenize", .serialized)
struct RunTests {
  @Test("the logits are the reference implementation's", arguments: 0..<4)
  func logits(prompt: Int) async throws {
    let sandbox = try Sandbox()
    let golden = try Golden.tensors("tiny/llama/forward.safetensors")
    let ids = try golden.integers("prompt\(prompt).token_ids")
    let answer = try await sandbox.json(
      RunAnswer.self,
      [
        "run", "--ids", ids.map { String($0) }.joined(separator: ","), "--model", try TinyModel.path(),
        "--json",
        "--output", "run.safetensors",
      ])
    let file = try SafetensorsFile(path: sandbox.path("run.safetensors"))
    let found = try file.tensor("logits").floats()
    #expect(
      Difference(found, try golden.floats("prompt\(prompt).logits"), absolute: 2e-4, relative: 1e-4) == nil)
    #expect(try file.tensor("tokens").integers() == ids)
    #expect(answer.tokens.map(\.id) == ids)
    let last = found.suffix(384)
    #expect(answer.logits.first?.id == last.indices.max { last[$0] < last[$1] }.map { $0 - last.startIndex })
  }

  @Test("places are recorded by name, and all of them")
  func recording() async throws {
    let sandbox = try Sandbox()
    let start = ["run", "The cat sat", "--model", try TinyModel.path(), "--output", "run.safetensors"]
    _ = try await sandbox.succeed(
      start + ["--record", "blocks.3.attn.hook_pattern, ln_final.hook_scale,blocks.0.hook_resid_mid"])
    var file = try SafetensorsFile(path: sandbox.path("run.safetensors"))
    #expect(try file.tensor("blocks.3.attn.hook_pattern").shape == [6, 5, 5])
    #expect(try file.tensor("blocks.0.hook_resid_mid").shape == [5, 48])
    #expect(try file.tensor("ln_final.hook_scale").shape == [5, 1])
    #expect(file.tensorNames.count == 5)
    _ = try await sandbox.succeed(start + ["--record", "all"])
    file = try SafetensorsFile(path: sandbox.path("run.safetensors"))
    for layer in 0..<4 { #expect(try file.tensor("blocks.\(layer).mlp.hook_post").shape == [5, 96]) }
  }

  @Test("recorded places hold the reference implementation's values")
  func recordedValues() async throws {
    let sandbox = try Sandbox()
    let golden = try Golden.tensors("tiny/llama/forward.safetensors")
    let ids = try golden.integers("prompt2.token_ids").map { String($0) }.joined(separator: ",")
    _ = try await sandbox.succeed([
      "run", "--ids", ids, "--model", try TinyModel.path(), "--record", "all", "--output", "run.safetensors",
    ])
    let file = try SafetensorsFile(path: sandbox.path("run.safetensors"))
    let places = [
      ("resid_pre", "hook_resid_pre"), ("resid_mid", "hook_resid_mid"), ("resid_post", "hook_resid_post"),
      ("mlp_in", "mlp.hook_in"), ("mlp_out", "mlp.hook_out"), ("attn_pattern", "attn.hook_pattern"),
    ]
    for (name, place) in places {
      let found = try (0..<4).flatMap { try file.tensor("blocks.\($0).\(place)").floats() }
      #expect(
        Difference(found, try golden.floats("prompt2." + name), absolute: 2e-4, relative: 1e-4) == nil,
        "\(name)")
    }
  }

  @Test("a prompt may stand in a file, come through a pipe, or be ids; a first token may be chosen")
  func prompts() async throws {
    let sandbox = try Sandbox()
    let model = ["--model", try TinyModel.path(), "--json"]
    let plain = try await sandbox.json(RunAnswer.self, ["run", "The cat", "--bos", "none"] + model)
    let path = try sandbox.file("prompt.txt", "The cat")
    let read = try await sandbox.json(
      RunAnswer.self, ["run", "--prompt-file", path, "--bos", "none"] + model)
    #expect(read.tokens.map(\.id) == plain.tokens.map(\.id))
    let piped = try await sandbox.shell(
      "printf 'The cat' | \"$0\" run --prompt-file /dev/stdin --bos none \"$@\"", model)
    #expect(
      try JSONDecoder().decode(RunAnswer.self, from: Data(piped.output.utf8)).tokens.count
        == plain.tokens.count)
    let led = try await sandbox.json(RunAnswer.self, ["run", "The cat", "--bos", "7"] + model)
    #expect(led.tokens.map(\.id) == [7] + plain.tokens.map(\.id))
  }

  @Test("tokenize gives ids whose pieces join to the text")
  func tokenize() async throws {
    let sandbox = try Sandbox()
    for text in ["The cat", " a\tb\n", "ünï çødé", "--", "<|bos|>x"] {
      let answer = try await sandbox.json(
        TokenAnswer.self, ["tokenize", "--model", try TinyModel.path(), "--json", "--", text])
      #expect(answer.ids.count == answer.pieces.count && !answer.ids.isEmpty)
      if text.allSatisfy(\.isASCII) { #expect(answer.pieces.joined() == text) }
    }
  }

  @Test("pieces that would move the cursor are drawn instead")
  func controls() async throws {
    let sandbox = try Sandbox()
    let output = try await sandbox.succeed(
      ["tokenize", "a\u{1B}[31m\r\n\u{8}\u{7F}", "--model", try TinyModel.path()])
    #expect(output.contains("␛") && output.contains("␍") && output.contains("⏎"))
    #expect(output.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }
}
