/// What can be wrong with a transcoder set, told in one sentence: what, where, and what to do.
public enum TranscoderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The path holds no transcoder set of a known form.
  case notATranscoderSet(path: String, problem: String)
  /// The configuration of the set is not usable.
  case invalidConfiguration(path: String, problem: String)
  /// The set does not fit the model.
  case unfit(name: String, problem: String)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .notATranscoderSet(let path, let problem):
      "\(path) is not a transcoder set: \(problem); expected a folder in the format of circuit-tracer, SAELens, sparsify "
        + "or Gemma Scope, a compact one, or 'neurons'."
    case .invalidConfiguration(let path, let problem):
      "The configuration \(path) is not usable: \(problem)."
    case .unfit(let name, let problem):
      "The transcoders \(name) do not fit the model: \(problem); choose the set that was made for this model."
    }
  }
}
