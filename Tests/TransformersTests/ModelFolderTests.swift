import Foundation
import LinearAlgebra
import ModelFiles
import Testing
import Transformers
import _TestSupport

@Suite("Model folders")
struct ModelFolderTests {
  /// The recipes that Llama's format can hold.
  static let recipes = TinyTransformer.forms.filter {
    !$0.hasLayerNorm && !$0.hasPostNorms && $0.attentionSoftCap == nil
  }

  @Test("A model read from its folder is the model that was written", arguments: recipes)
  func roundTrip(recipe: TinyTransformer) throws {
    let tokens = [1, 5, 2, 49, 0, 3]
    let expected = recipe.transformer().run(tokens).logits
    try ModelFolder(recipe).with { path in
      let model = try Transformer(path: path, workers: Workers(count: 2))
      #expect(Difference(model.run(tokens).logits, expected, absolute: 1e-5) == nil)
      #expect(model.configuration == recipe.configuration || recipe.positions == .rotaryLlama3)
    }
  }

  /// Expects that a changed folder is refused in one sentence that names it and `words`.
  private func refused(
    saying words: String = "", _ location: SourceLocation = #_sourceLocation,
    _ change: (inout ModelFolder) -> Void
  ) throws {
    var folder = ModelFolder(TinyTransformer())
    change(&folder)
    try folder.with { path in
      let error = #expect(throws: (any Error).self, sourceLocation: location) { try Transformer(path: path) }
      #expect(error is TransformerError || error is ModelFileError, sourceLocation: location)
      let text = error.map { "\($0)" } ?? ""
      #expect(text.isOneSentence && text.contains(path), "\(text)", sourceLocation: location)
      #expect(words.isEmpty || text.contains(words), "\(text)", sourceLocation: location)
    }
  }

  @Test(
    "A key that must be there is missed by name",
    arguments: [
      "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
      "vocab_size",
    ])
  func missingKey(key: String) throws {
    try refused(saying: "lacks '\(key)'") { $0.configuration[key] = nil }
    try refused(saying: "'\(key)'") { $0.configuration[key] = "null" }
  }

  @Test(
    "A value of the wrong type is named",
    arguments: [
      "hidden_size", "num_hidden_layers", "num_key_value_heads", "head_dim", "vocab_size", "rms_norm_eps",
      "rope_theta", "rope_scaling", "sliding_window", "max_position_embeddings",
    ], [#""many""#, "[1]", "true"])
  func wrongType(key: String, value: String) throws {
    try refused(saying: "'\(key)'") { $0.configuration[key] = value }
  }

  @Test(
    "Sizes that no model has are refused",
    arguments: [
      "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
      "intermediate_size", "vocab_size", "max_position_embeddings", "sliding_window",
    ],
    [
      "0", "-1", "-9223372036854775808", "9223372036854775807", "99999999999999999999", "1e300", "2.5",
    ])
  func impossibleSize(key: String, value: String) throws {
    // A window longer than the context hides nothing, and is used by real models.
    if key == "sliding_window", value == "9223372036854775807" { return }
    try refused { $0.configuration[key] = value }
  }

  @Test(
    "Numbers that would give no numbers are refused",
    arguments: [
      ("rope_theta", "0"), ("rope_theta", "-10000"), ("rms_norm_eps", "-1e-5"), ("rms_norm_eps", "1e39"),
    ])
  func impossibleNumber(key: String, value: String) throws {
    try refused(saying: "no possible value") { $0.configuration[key] = value }
  }

  @Test("Heads that do not fit together are refused")
  func heads() throws {
    try refused(saying: "evenly") { $0.configuration["num_key_value_heads"] = "3" }
    try refused(saying: "evenly") { $0.configuration["head_dim"] = "5" }
  }

  @Test(
    "What is not known is named",
    arguments: [
      ("model_type", #""bert""#, "'bert'"), ("hidden_act", #""mish""#, "'mish'"),
      ("rope_scaling", #"{"rope_type": "yarn", "factor": 4.0}"#, "'yarn'"),
      ("rope_scaling", #"{"type": "longrope", "factor": 4.0}"#, "(default, linear and llama3 are supported)"),
      ("rope_parameters", #"{"rope_type": "dynamic", "factor": 4.0}"#, "'dynamic'"),
      ("quantization_config", #"{"quant_method": "awq", "bits": 4}"#, "'awq'"),
      ("num_local_experts", "8", "a mixture of 8 experts"), ("model_type", #""mixtral""#, "smollm3"),
    ])
  func unknown(key: String, value: String, words: String) throws {
    try refused(saying: words) { $0.configuration[key] = value }
  }

  @Test(
    "A llama3 scaling without its numbers, or with impossible ones, is refused",
    arguments: [
      #"{"rope_type": "llama3"}"#,
      #"{"rope_type": "llama3", "factor": 0, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 16}"#,
      #"{"rope_type": "llama3", "factor": 4, "low_freq_factor": 4, "high_freq_factor": 4, "original_max_position_embeddings": 16}"#,
      #"{"rope_type": "llama3", "factor": 4, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": -1}"#,
    ])
  func llama3(value: String) throws {
    try refused(saying: "rope_scaling") { $0.configuration["rope_scaling"] = value }
  }

  @Test(
    "A configuration that is no JSON object is refused",
    arguments: ["", "{", "[]", "7", "null", "\u{FEFF}{}", "{}"])
  func notJSON(text: String) throws {
    try refused { $0.text = text }
    try refused { $0.text = String(repeating: "[", count: 100_000) }
  }

  @Test("Tensors that are missing, or of another shape, are named")
  func tensors() throws {
    try refused(saying: "'model.layers.1.mlp.up_proj.weight'") {
      $0.tensors?["model.layers.1.mlp.up_proj.weight"] = nil
    }
    try refused(saying: "'model.norm.weight'") {
      $0.tensors?["model.norm.weight"] = Matrix(rows: 1, columns: 23)
    }
    try refused(saying: "'model.layers.0.self_attn.k_proj.weight'") {
      $0.tensors?["model.layers.0.self_attn.k_proj.weight"] = Matrix(rows: 24, columns: 12)
    }
    try refused(saying: "'model.embed_tokens.weight'") { $0.configuration["vocab_size"] = "51" }
    try refused(saying: "model.layers.3.") { $0.configuration["num_hidden_layers"] = "4" }
    try refused { $0.tensors = nil }
  }

  @Test("Paths that hold no model are refused in one sentence")
  func paths() throws {
    try ModelFolder(TinyTransformer()).with { path in
      try FileManager.default.createDirectory(atPath: path + "/empty", withIntermediateDirectories: true)
      try Data("GGUF".utf8).write(to: URL(filePath: path + "/short.gguf"))
      for name in ["/none", "/empty", "/config.json", "/short.gguf", "/model.safetensors"] {
        let error = #expect(throws: (any Error).self) { try Transformer(path: path + name) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.isOneSentence && text.contains(path + name), "\(text)")
        #expect(throws: (any Error).self) { try LanguageModel(path: path + name) }
      }
      let error = #expect(throws: TransformerError.self) { try LanguageModel(path: path) }
      #expect(error.map { "\($0)".isOneSentence } == true)
    }
  }
}
