/// What can be wrong with a model, told in one sentence: what, where, and what to do.
public enum TransformerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is nothing at the path.
  case missing(path: String)
  /// The path holds no model of a known form.
  case notAModel(path: String)
  /// The model's architecture is not one of those known.
  case unknownArchitecture(path: String, name: String, known: [String])
  /// The configuration contradicts itself or is out of bounds.
  case invalidConfiguration(path: String, problem: String)
  /// The model needs something that is not supported.
  case unsupported(path: String, feature: String)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .missing(let path):
      "There is no model at \(path): give a .gguf file, a Hugging Face folder, or an id from 'microscope pull --list'."
    case .notAModel(let path):
      "\(path) is not a model: expected a .gguf file, or a folder with config.json, *.safetensors and tokenizer.json."
    case .unknownArchitecture(let path, let name, let known):
      "\(path) is of the architecture '\(name)', which is not supported; supported are \(known.joined(separator: ", "))."
    case .invalidConfiguration(let path, let problem):
      "The configuration of \(path) is not usable: \(problem); download or export the model again."
    case .unsupported(let path, let feature):
      "\(path) needs \(feature), which is not supported; try another model."
    }
  }
}
