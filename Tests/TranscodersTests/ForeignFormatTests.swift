import Foundation
import LinearAlgebra
import Testing
import Transcoders
import _TestSupport

@Suite("Sets in other libraries' formats")
struct ForeignFormatTests {
  /// A fixture, and the reference set in circuit-tracer's format that it was made from, changed as the format asks.
  struct Case: Sendable, CustomTestStringConvertible {
    var folder: String
    var format: String
    var reference: String
    var input = FeatureInput.mlpIn
    var output = FeatureOutput.mlpRawOut
    var modelName: String? = "tiny/llama"
    var change: @Sendable (inout TranscoderSet) throws -> Void = { _ in }

    var testDescription: String { folder }
  }

  static let cases = [
    Case(
      folder: "gemma-scope", format: "Gemma Scope", reference: "plt-jumprelu", input: .mlpNormalized,
      output: .mlpOut,
      modelName: nil),
    Case(
      folder: "gemma-scope-compressed", format: "Gemma Scope", reference: "plt-jumprelu",
      input: .mlpNormalized,
      output: .mlpOut, modelName: nil),
    Case(
      folder: "gemma-scope-2", format: "Gemma Scope 2", reference: "plt-jumprelu", output: .mlpOut
    ) { set in
      let skipped = try reference("plt-topk-skip")
      for layer in 0..<set.layerCount { set.transcoders[layer].skip = skipped.transcoders[layer].skip }
    },
    Case(folder: "gemma-scope-2-clt", format: "Gemma Scope 2", reference: "clt-jumprelu", output: .mlpOut),
    Case(folder: "saelens-jumprelu", format: "SAELens", reference: "plt-jumprelu"),
    Case(folder: "saelens-skip", format: "SAELens", reference: "plt-topk-skip") { $0.activation = .relu },
    Case(folder: "sparsify", format: "sparsify", reference: "plt-topk-skip", modelName: nil) {
      $0.activation = .rectifiedTopK(4)
    },
    Case(folder: "clt-training", format: "sparsify", reference: "clt-jumprelu") { set in
      set.activation = .rectifiedTopK(4)
      for layer in 0..<set.layerCount {
        set.transcoders[layer].thresholds = []
        if layer > 0 {
          set.transcoders[layer].decoderBias = set.transcoders[layer].decoderBias.map { $0 + 0.25 }
        }
      }
    },
    Case(folder: "listed", format: "circuit-tracer", reference: "plt-jumprelu"),
  ]

  static func reference(_ kind: String) throws -> TranscoderSet {
    try TranscoderSet(circuitTracerFolder: Golden.path("tiny/llama/\(kind)/transcoder"))
  }

  static func path(_ folder: String) throws -> String {
    guard let root = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
    return root + "/Fixtures/" + folder
  }

  @Test(
    "The same features, reconstructions, read and write vectors as in circuit-tracer's format",
    arguments: cases)
  func features(_ test: Case) throws {
    let path = try ForeignFormatTests.path(test.folder)
    #expect(TranscoderFormat.of(path)?.name == test.format)
    let set = try TranscoderSet(path: path)
    #expect(set.input == test.input && set.output == test.output && set.modelName == test.modelName)
    var expected = try ForeignFormatTests.reference(test.reference)
    try test.change(&expected)
    try expectSame(set, expected)
  }

  @Test("Weights that are stored by input stay in the map, whatever their format")
  func inPlace() throws {
    for folder in ["gemma-scope", "gemma-scope-2", "saelens-skip"] {
      let set = try TranscoderSet(path: ForeignFormatTests.path(folder))
      #expect(set.transcoders.allSatisfy { $0.encoder.isByInput }, "\(folder)")
    }
  }

  /// Expects the same results on random inputs.
  private func expectSame(_ set: TranscoderSet, _ expected: TranscoderSet) throws {
    var random = SplitMix64(seed: 8)
    let inputs = (0..<expected.layerCount).map { _ in random.matrix(7, 48, deviation: 1.5) }
    let workers = Workers(count: 2)
    let features = expected.activations(inputs: inputs, workers)
    let found = set.activations(inputs: inputs, workers)
    #expect(features.count > 20 && found.sites == features.sites)
    #expect(Difference(found.values, features.values, absolute: 1e-5, relative: 1e-5) == nil)
    let outputs = expected.reconstruction(of: features, inputs: inputs, workers)
    for (layer, output) in set.reconstruction(of: features, inputs: inputs, workers).enumerated() {
      #expect(Difference(output, outputs[layer], absolute: 1e-5, relative: 1e-5) == nil, "layer \(layer)")
      let range = features.range(layer: layer, positions: 0..<features.positionCount)
      let sites = features.sites[range]
      #expect(set.readVectors(layer: layer, sites: sites) == expected.readVectors(layer: layer, sites: sites))
    }
  }
}

extension ForeignFormatTests {
  /// A way to spoil a fixture, and what the refusal must mention.
  struct Spoiling: Sendable, CustomTestStringConvertible {
    var folder: String
    var file: String
    var old = ""
    var new = ""
    var mention: String

    var testDescription: String { "\(folder)/\(file): \(old) -> \(new)" }
  }

  static let spoilings = [
    Spoiling(folder: "gemma-scope", file: "layer_2", mention: "layer 2"),
    Spoiling(
      folder: "gemma-scope-2", file: "layer_0_width_24_l0_small_affine/config.json", mention: "config.json"),
    Spoiling(
      folder: "gemma-scope-2", file: "layer_1_width_24_l0_small_affine/config.json",
      old: "\"hf_hook_point_out\"",
      new: "\"x\"", mention: "hf_hook_point_out"),
    Spoiling(
      folder: "gemma-scope-2", file: "layer_1_width_24_l0_small_affine/config.json",
      old: "pre_feedforward_layernorm",
      new: "self_attn", mention: "self_attn"),
    Spoiling(
      folder: "gemma-scope-2", file: "layer_1_width_24_l0_small_affine/config.json",
      old: "pre_feedforward_layernorm",
      new: "mlp", mention: "mlp.output"),
    Spoiling(
      folder: "gemma-scope-2", file: "layer_1_width_24_l0_small_affine/config.json", old: "\"transcoder\"",
      new: "\"sae\"", mention: "autoencoder"),
    Spoiling(
      folder: "gemma-scope-2", file: "layer_1_width_24_l0_small_affine/config.json",
      old: "pre_feedforward_layernorm.output", new: "pre_feedforward_layernorm.input",
      mention: "different places"),
    Spoiling(folder: "gemma-scope-2-clt", file: "config.json", mention: "config.json"),
    Spoiling(folder: "gemma-scope-2-clt", file: "params_layer_3.safetensors", mention: "w_dec"),
    Spoiling(
      folder: "saelens-skip", file: "blocks.1.mlp/cfg.json", old: "hook_name_out", new: "out",
      mention: "hook_name_out"),
    Spoiling(
      folder: "saelens-skip", file: "blocks.1.mlp/cfg.json", old: "blocks.1.mlp.hook_in",
      new: "blocks.2.mlp.hook_in",
      mention: "twice"),
    Spoiling(
      folder: "saelens-skip", file: "blocks.1.mlp/cfg.json", old: "skip_transcoder", new: "gated",
      mention: "gated"),
    Spoiling(
      folder: "saelens-skip", file: "blocks.1.mlp/cfg.json", old: "\"none\"", new: "\"layer_norm\"",
      mention: "normalises"),
    Spoiling(folder: "saelens-skip", file: "blocks.1.mlp/cfg.json", old: "{", new: "[", mention: "JSON"),
    Spoiling(
      folder: "sparsify", file: "layers.1.mlp/cfg.json", old: "\"transcode\": true",
      new: "\"transcode\": false",
      mention: "autoencoder"),
    Spoiling(
      folder: "sparsify", file: "layers.1.mlp/cfg.json", old: "\"k\": 4", new: "\"k\": 5",
      mention: "different"),
    Spoiling(
      folder: "sparsify", file: "layers.1.mlp/cfg.json", old: "\"topk\"", new: "\"groupmax\"",
      mention: "groupmax"),
    Spoiling(
      folder: "clt-training", file: "layers.1.mlp/cfg.json", old: "\"normalize_io\": false",
      new: "\"normalize_io\": true",
      mention: "normalize_io"),
    Spoiling(
      folder: "clt-training", file: "layers.1.mlp/cfg.json", old: "\"n_targets\": 3",
      new: "\"n_targets\": 9223372036854775807", mention: "targets"),
    Spoiling(folder: "listed", file: "references.json", mention: "microscope pull"),
    Spoiling(
      folder: "listed", file: "references.json", old: "references/google", new: "../references/google",
      mention: "microscope pull"),
    Spoiling(
      folder: "listed", file: "config.yaml", old: "feature_input_hook", new: "hook",
      mention: "feature_input_hook"),
    Spoiling(
      folder: "listed", file: "config.yaml", old: "hf://ada/tiny/layer_3", new: "/nowhere",
      mention: "no such file"),
  ]

  @Test("A spoiled set is refused in one sentence", arguments: spoilings)
  func refusal(_ spoiling: Spoiling) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "foreign-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(atPath: ForeignFormatTests.path(spoiling.folder), toPath: folder.path)
    let file = folder.appending(path: spoiling.file)
    if spoiling.old.isEmpty {
      try FileManager.default.removeItem(at: file)
    } else {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains(spoiling.old))
      try Data(text.replacing(spoiling.old, with: spoiling.new).utf8).write(to: file)
    }
    let error = #expect(throws: (any Error).self) { try TranscoderSet(path: folder.path) }
    let sentence = error.map { "\($0)" } ?? ""
    #expect(sentence.isOneSentence && sentence.contains(spoiling.mention), "\(sentence)")
  }

  @Test("What is no set is refused in one sentence, and says what was expected")
  func noSet() throws {
    for path in ["/nowhere", "/dev/null", "/proc/self/fd", try Golden.path("tiny/llama/model")] {
      let error = #expect(throws: TranscoderError.self) { try TranscoderSet(path: path) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("expected a folder"))
    }
  }
}
