import LinearAlgebra
import Testing
import Transformers
import _TestSupport

@Suite("Forward goldens")
struct ForwardGoldenTests {
  static let models = ["llama", "llama3rope", "gemma2", "gemma3", "gpt2", "qwen3"]

  @Test("Logits of every prompt are the reference's", arguments: models)
  func logits(name: String) throws {
    let model = try Transformer(path: Golden.path("tiny/\(name)/model"), workers: Workers(count: 2))
    let golden = try Golden.tensors("tiny/\(name)/forward.safetensors")
    for prompt in 0..<4 {
      let run = model.run(try golden.integers("prompt\(prompt).token_ids"))
      let expected = try golden.matrix("prompt\(prompt).logits")
      #expect(Difference(run.logits, expected, absolute: 2e-4, relative: 1e-4) == nil)
    }
  }

  @Test("Every place inside the blocks holds what the reference holds", arguments: models)
  func places(name: String) throws {
    let model = try Transformer(path: Golden.path("tiny/\(name)/model"), workers: Workers(count: 2))
    let golden = try Golden.tensors("tiny/\(name)/forward.safetensors")
    let layers = model.configuration.layerCount
    let run = model.run(
      try golden.integers("prompt2.token_ids"), recording: Set(HookPoint.all(layerCount: layers)))
    let places: [(HookPoint.Kind, String)] = [
      (.residPre, "resid_pre"), (.residMid, "resid_mid"), (.residPost, "resid_post"), (.mlpIn, "mlp_in"),
      (.mlpRawOut, "mlp_out"), (.mlpOut, name.hasPrefix("gemma") ? "mlp_out_normed" : "mlp_out"),
    ]
    for (kind, tensor) in places {
      let expected = try golden.matrices("prompt2." + tensor)
      #expect(expected.count == layers)
      for (layer, expected) in expected.enumerated() {
        let found = try #require(run.activations[kind, layer])
        #expect(Difference(found, expected, absolute: 2e-4, relative: 1e-4) == nil, "\(kind) \(layer)")
      }
    }
    let patterns = (0..<layers).compactMap { run.activations.pattern($0)?.weights }.flatMap { $0 }
    #expect(Difference(patterns, try golden.floats("prompt2.attn_pattern"), absolute: 2e-5) == nil)
  }
}
