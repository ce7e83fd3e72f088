/// What can stop a training run, told in one sentence: what, where, and what to do.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A value of the configuration is out of its range.
  case badValue(name: String, value: String, allowed: String)
  /// A hook of the configuration is not known.
  case unknownHook(String, String, [String])
  /// The configuration file is not usable.
  case badFile(path: String, problem: String)
  /// The text is not usable.
  case badText(path: String, problem: String)
  /// The text is too short for the run to begin.
  case tooLittleText(tokens: Int, wanted: Int)
  /// The run's numbers left what can be computed with.
  case diverged(step: Int, layer: Int, kept: String)
  /// A checkpoint does not fit the run.
  case badCheckpoint(path: String, problem: String)
  /// The run needs more memory than there is.
  case tooLarge(gigabytes: Int, available: Int)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .badValue(let name, let value, let allowed):
      "'\(name)' cannot be \(value): it takes \(allowed)."
    case .unknownHook(let name, let value, let known):
      "'\(name)' cannot be '\(value.prefix(80))': it is one of \(known.joined(separator: ", "))."
    case .badFile(let path, let problem):
      "The training configuration \(path) is not usable: \(problem)."
    case .badText(let path, let problem):
      "The text \(path) is not usable: \(problem)."
    case .tooLittleText(let tokens, let wanted):
      "The text has only \(tokens) tokens to train on, but \(wanted) are needed to begin: give more text, or lower roundTokens."
    case .diverged(let step, let layer, let kept):
      "Training left the range of numbers in step \(step), layer \(layer): start again with a lower learningRate; \(kept)."
    case .badCheckpoint(let path, let problem):
      "The checkpoint \(path) does not fit: \(problem)."
    case .tooLarge(let gigabytes, let available):
      "This run needs about \(gigabytes) GB of memory, but there are \(available): lower roundTokens, features or decoderSpan."
    }
  }
}
