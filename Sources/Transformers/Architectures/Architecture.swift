import LinearAlgebra
import ModelFiles

/// What tells one architecture from another: the names of its tensors, and its variants of the shared parts.
struct Architecture: Sendable {
  /// `model_type` in a Hugging Face `config.json`, and `general.architecture` in a GGUF file.
  var names: [String]
  /// The names of the tensors in a Hugging Face folder.
  var huggingFace: TensorNames
  /// The names of the tensors in a GGUF file.
  var gguf: TensorNames
  /// What holds where a `config.json` is silent.
  var defaults = HuggingFaceConfiguration()
  /// The MLP's nonlinearity where the file is silent.
  var activation: ElementwiseActivation = .silu
  /// Whether norms subtract the mean (LayerNorm) or do not (RMSNorm).
  var centresNorms = false
  /// Added to every norm weight of a Hugging Face checkpoint: 1 where the norm multiplies by (1 + weight).
  var normOffset: Float = 0
  /// Whether embeddings are multiplied by √dModel as they enter the residual stream.
  var scalesEmbedding = false
  /// Whether positions are rotated; else they are learned embeddings.
  var rotates = true
  /// The rotary base of layers with a window, where it is not that of the others.
  var localRotaryBase: Double?
  /// Every how many layers one is not rotated.
  var unrotatedPeriod: Int?
  /// Whether the file must say that windows are used, besides how wide they are.
  var windowIsOptIn = false
  /// Every how many layers one sees all positions, where the file is silent; nil where windows are everywhere.
  var fullPeriod: Int?
  /// Whether a GGUF file keeps the rows of queries and keys with the two numbers of a rotated pair side by side.
  var ggufInterleavesPairs = false
  /// The layer count of the size whose GGUF files mean scores to be scaled by √(dModel / headCount).
  var ggufWideScaleLayerCount: Int?

  /// Every architecture that is supported.
  static let all: [Architecture] = [
    .llama, .mistral, .smolLM3, .qwen2, .qwen3, .gemma2, .gemma3, .gpt2, .gptNeoX,
  ]

  /// Returns the architecture that a file calls `name`; throws, naming those that are supported, when there is none.
  static func named(_ name: String, path: String) throws(TransformerError) -> Architecture {
    guard let found = all.first(where: { $0.names.contains(name) }) else {
      throw .unknownArchitecture(path: path, name: name, known: Transformer.supportedArchitectures)
    }
    return found
  }
}

/// The names of a model's tensors; in those of a block `#` stands for the layer.
struct TensorNames: Sendable {
  /// What the names of the body start with; checkpoints of the body alone, or of a model around it, have another start.
  var root = ""
  var embedding: String
  var positionEmbedding: String?
  var finalNorm: String
  var unembedding: String
  var rotaryFactors: String?
  var attentionNorm: String
  var attention: Projections
  var output: String
  var queryNorm: String?
  var keyNorm: String?
  var attentionPostNorm: String?
  var mlpNorm: String
  var gate: String?
  var up: String
  var down: String
  var mlpPostNorm: String?
  /// Whether the linear maps of a block are stored `[inputs, outputs]`.
  var storesInputsFirst = false

  /// How a file keeps the maps to queries, keys and values.
  enum Projections: Sendable {
    /// Three maps.
    case separate(query: String, key: String, value: String)
    /// One map: all queries, then all keys, then all values.
    case fused(String)
    /// One map: query, key and value of each head in turn.
    case fusedByHead(String)
  }
}
