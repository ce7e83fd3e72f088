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
  /// Added to every norm weight of a Hugging Face checkpoint: 1 where the norm multiplies by (1 + weight).
  var normOffset: Float = 0
  /// Whether a GGUF file keeps the rows of queries and keys with the two numbers of a rotated pair side by side.
  var ggufInterleavesPairs = false

  /// Every architecture that is supported.
  static let all: [Architecture] = [.llama]

  static func named(_ name: String, path: String) throws(TransformerError) -> Architecture {
    guard let found = all.first(where: { $0.names.contains(name) }) else {
      throw .unknownArchitecture(path: path, name: name, known: all.flatMap(\.names).sorted())
    }
    return found
  }
}

/// The names of a model's tensors; in those of a block `#` stands for the layer.
struct TensorNames: Sendable {
  var embedding: String
  var positionEmbedding: String?
  var finalNorm: String
  var unembedding: String
  var rotaryFactors: String?
  var attentionNorm: String
  var query: String
  var key: String
  var value: String
  var output: String
  var queryNorm: String
  var keyNorm: String
  var attentionPostNorm: String?
  var mlpNorm: String
  var gate: String
  var up: String
  var down: String
  var mlpPostNorm: String?
}
