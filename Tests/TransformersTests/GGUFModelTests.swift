import LinearAlgebra
import ModelFiles
import Testing
import Transformers
import _TestSupport

@Suite("GGUF models")
struct GGUFModelTests {
  @Test(
    "A model read from a GGUF file is the model that was written",
    arguments: TinyTransformer.forms.filter { ["llama", "tied, one head"].contains($0.name) })
  func roundTrip(recipe: TinyTransformer) throws {
    var recipe = recipe
    recipe.hasBiases = true
    let tokens = [1, 5, 2, 49, 0, 3]
    let expected = recipe.transformer().run(tokens).logits
    try GGUFModel(recipe).with { path in
      let model = try Transformer(path: path, workers: Workers(count: 2))
      #expect(Difference(model.run(tokens).logits, expected, absolute: 1e-5) == nil)
      #expect(model.configuration == recipe.configuration)
    }
  }

  /// Folders of families and goldens, and what GGUF calls their architecture.
  private static let twins = [
    ("gemma3-nested", "gemma3"), ("gpt2", "gpt2"), ("llama-linear-fp16", "llama"),
    ("llama2-sharded", "llama"), ("mistral-window", "llama"), ("neox-sequential", "gptneox"),
    ("pythia", "gptneox"), ("qwen25-window-bf16", "qwen2"), ("smollm3", "smollm3"), ("gemma2", "gemma2"),
    ("gemma3", "gemma3"), ("qwen3", "qwen3"),
  ]

  @Test("A folder converted to a GGUF file gives the folder's logits", arguments: twins)
  func converted(name: String, architecture: String) throws {
    let isFixture = FamilyFixture.all.contains(name)
    let folder = isFixture ? try FamilyFixture(name).path : try Golden.path("tiny/\(name)/model")
    let tokens = [1, 5, 2, 39, 0, 3, 7, 7, 21, 30, 4, 8]
    let expected = try Transformer(path: folder, workers: Workers(count: 2)).run(tokens).logits
    try GGUFModel(folder: folder, as: architecture).with { path in
      let model = try Transformer(path: path, workers: Workers(count: 2))
      #expect(Difference(model.run(tokens).logits, expected, absolute: 1e-4, relative: 1e-4) == nil)
    }
  }

  @Test("A window is the file's, and 0 stands for none")
  func window() throws {
    var file = GGUFModel(TinyTransformer())
    file.integers["attention.sliding_window"] = 0
    try expectWindow(nil, file)
    file.integers["attention.sliding_window"] = 3
    try expectWindow(3, file)
  }

  private func expectWindow(_ window: Int?, _ file: GGUFModel) throws {
    let rules = try file.with { try Transformer(path: $0).configuration.attention }
    #expect(rules.allSatisfy { $0.window == window })
  }

  /// Expects that a changed file is refused in one sentence that names it.
  private func refused(_ location: SourceLocation = #_sourceLocation, _ change: (inout GGUFModel) -> Void)
    throws
  {
    var file = GGUFModel(TinyTransformer())
    change(&file)
    try file.with { path in
      let error = #expect(throws: (any Error).self, sourceLocation: location) { try Transformer(path: path) }
      #expect(error is TransformerError || error is ModelFileError, sourceLocation: location)
      let text = error.map { "\($0)" } ?? ""
      #expect(text.isOneSentence && text.contains(path), "\(text)", sourceLocation: location)
    }
  }

  @Test(
    "Sizes that no model has are refused",
    arguments: [
      "embedding_length", "block_count", "attention.head_count", "attention.head_count_kv",
      "attention.key_length",
      "feed_forward_length", "context_length", "rope.dimension_count", "attention.sliding_window",
    ], [0, -1, -0x8000_0000, 0x7fff_ffff, 7])
  func impossibleSize(key: String, value: Int) throws {
    let isPossible = key == "attention.sliding_window" ? value >= 0 : key == "context_length" && value > 0
    if !isPossible { try refused { $0.integers[key] = value } }
  }

  @Test("Numbers that would give no numbers are refused", arguments: [Float.nan, -1, .infinity])
  func impossibleNumber(value: Float) throws {
    try refused { $0.floats["attention.layer_norm_rms_epsilon"] = value }
    try refused { $0.floats["rope.freq_base"] = value }
  }

  @Test("What is missing, or not known, is refused")
  func missing() throws {
    for key in [
      "embedding_length", "block_count", "attention.head_count", "feed_forward_length", "context_length",
    ] {
      try refused { $0.integers[key] = nil }
    }
    try refused { $0.architecture = "bert" }
    try refused { $0.tensors["token_embd.weight"] = nil }
    try refused { $0.tensors["blk.2.ffn_up.weight"] = nil }
    try refused { $0.tensors["blk.1.attn_norm.weight"] = Matrix(rows: 1, columns: 25) }
    try refused { $0.tensors["token_embd.weight"] = Matrix(rows: 0, columns: 24) }
  }
}
