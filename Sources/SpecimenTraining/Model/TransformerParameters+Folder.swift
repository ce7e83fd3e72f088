import Foundation
import LinearAlgebra
import ModelFiles

/// What the numbers of a saved model are.
public enum SavedWeights: String, Sendable, CaseIterable {
  /// The numbers themselves.
  case float32
  /// The nearest numbers of 8 significant bits, in half of the bytes.
  case bfloat16

  var format: ElementFormat { self == .float32 ? .f32 : .bf16 }
}

extension TransformerParameters {
  /// Writes the model as a Hugging Face folder: `config.json`, `model.safetensors`, and a tokenizer of words.
  ///
  /// Each file replaces the one of its name when it is whole; the weights come last.
  ///
  /// - Throws: `TransformerTrainingError.badVocabulary`, or `ModelFileError` when the folder cannot be written.
  public func save(to folder: String, vocabulary: WordVocabulary, as weights: SavedWeights = .float32) throws
  {
    try vocabulary.check()
    guard vocabulary.words.count == settings.vocabularySize else {
      let sizes = "\(vocabulary.words.count) words for a model of \(settings.vocabularySize)"
      throw TransformerTrainingError.badVocabulary(problem: "it has \(sizes); make both the same")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ModelFileError.unwritable(path: folder, reason: "choose a folder in which you may write")
    }
    try write(vocabulary.tokenizer, to: folder + "/tokenizer.json")
    try write(
      vocabulary.tokenizerConfiguration(contextLength: settings.contextLength),
      to: folder + "/tokenizer_config.json")
    try write(configuration(vocabulary, weights), to: folder + "/config.json")
    try write(weights, to: folder + "/model.safetensors")
  }

  private func write(_ value: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = try TemporaryFile.create(beside: path)
    try file.write(Array(try encoder.encode(value)) + [0x0A], at: 0)
    try file.finish()
  }

  private func configuration(_ vocabulary: WordVocabulary, _ weights: SavedWeights) -> LlamaConfiguration {
    LlamaConfiguration(
      bos_token_id: vocabulary.id(vocabulary.beginning), eos_token_id: vocabulary.end.map(vocabulary.id),
      head_dim: settings.dHead, hidden_size: settings.dModel, initializer_range: settings.initialDeviation,
      intermediate_size: settings.dMLP, max_position_embeddings: settings.contextLength,
      num_attention_heads: settings.heads, num_hidden_layers: settings.layers,
      num_key_value_heads: settings.kvHeads, rms_norm_eps: settings.normEpsilon,
      rope_theta: settings.rotaryBase, tie_word_embeddings: settings.tiesEmbeddings,
      torch_dtype: weights.rawValue,
      vocab_size: settings.vocabularySize)
  }

  private func write(_ weights: SavedWeights, to path: String) throws {
    var tensors: [(name: String, matrix: Matrix)] = [("model.embed_tokens.weight", embedding)]
    for layer in 0..<settings.layers {
      tensors += Part.allCases.map { ("model.layers.\(layer).\($0.name).weight", self[$0, layer: layer]) }
    }
    tensors.append(("model.norm.weight", finalNorm))
    if !settings.tiesEmbeddings { tensors.append(("lm_head.weight", unembedding)) }
    var writer = try SafetensorsWriter(
      path: path,
      declaring: tensors.map { name, matrix in
        .init(
          name, .float(weights.format),
          name.hasSuffix("norm.weight") ? [matrix.columns] : [matrix.rows, matrix.columns])
      },
      metadata: ["format": "pt"])
    for (name, matrix) in tensors { try writer.append(floats: matrix.storage, to: name) }
    try writer.finish()
  }
}

extension TransformerParameters.Part {
  /// The name in files of the Llama form, within a layer.
  fileprivate var name: String {
    switch self {
    case .attentionNorm: "input_layernorm"
    case .query: "self_attn.q_proj"
    case .key: "self_attn.k_proj"
    case .value: "self_attn.v_proj"
    case .output: "self_attn.o_proj"
    case .mlpNorm: "post_attention_layernorm"
    case .gate: "mlp.gate_proj"
    case .up: "mlp.up_proj"
    case .down: "mlp.down_proj"
    }
  }
}

/// A `config.json` of the Llama form, by the file's own names.
private struct LlamaConfiguration: Encodable {
  var architectures = ["LlamaForCausalLM"]
  var attention_bias = false
  var attention_dropout = 0
  var bos_token_id: Int
  var eos_token_id: Int?
  var head_dim: Int
  var hidden_act = "silu"
  var hidden_size: Int
  var initializer_range: Float
  var intermediate_size: Int
  var max_position_embeddings: Int
  var mlp_bias = false
  var model_type = "llama"
  var num_attention_heads: Int
  var num_hidden_layers: Int
  var num_key_value_heads: Int
  var rms_norm_eps: Float
  var rope_theta: Double
  var tie_word_embeddings: Bool
  var torch_dtype: String
  var use_cache = true
  var vocab_size: Int
}
