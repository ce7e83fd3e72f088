import LinearAlgebra
import Testing
import Transcoders
import Transformers
import _TestSupport

@Suite("Features of circuit-tracer's reference sets")
struct GoldenFeatureTests {
  @Test(
    "The same features are active, with the same activations",
    arguments: ["plt-relu", "plt-jumprelu", "plt-topk-skip", "clt-jumprelu"], 0..<3)
  func features(kind: String, prompt: Int) throws {
    let transformer = try Transformer(path: Golden.path("tiny/llama/model"), workers: Workers(count: 2))
    let set = try TranscoderSet(circuitTracerFolder: Golden.path("tiny/llama/\(kind)/transcoder"))
    let golden = try Golden.tensors("tiny/llama/\(kind)/prompt\(prompt).safetensors")
    let inputHook: HookPoint.Kind = set.input == .residMid ? .residMid : .mlpIn
    let outputHook: HookPoint.Kind = set.output == .mlpOut ? .mlpOut : .mlpRawOut
    let layers = 0..<set.layerCount
    let run = transformer.run(
      try golden.integers("token_ids"),
      recording: Set(layers.flatMap { [HookPoint(inputHook, layer: $0), HookPoint(outputHook, layer: $0)] }))
    let inputs = layers.compactMap { run.activations[inputHook, $0] }

    let features = set.activations(inputs: inputs, transformer.workers)
    #expect(
      features.sites.flatMap { [$0.layer, $0.position, $0.index] } == (try golden.integers("active_features"))
    )
    let values = try golden.floats("activation_values")
    #expect(Difference(features.values, values, absolute: 5e-5, relative: 1e-4) == nil)

    let reconstruction = set.reconstruction(of: features, inputs: inputs, transformer.workers)
    for (layer, expected) in try golden.matrices("error_vectors").enumerated() {
      let output = try #require(run.activations[outputHook, layer])
      var error = output - reconstruction[layer]
      error[row: 0] = ArraySlice(repeating: 0, count: error.columns)
      #expect(Difference(error, expected, absolute: 5e-5, relative: 1e-4) == nil, "layer \(layer)")
    }
  }
}
