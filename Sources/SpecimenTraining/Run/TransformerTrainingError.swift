/// What can stop the training of a transformer, told in one sentence: what, where, and what to do.
public enum TransformerTrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A setting is out of its range.
  case badSetting(name: String, value: String, allowed: String)
  /// A sequence does not fit the settings.
  case badSequence(index: Int, problem: String)
  /// The run's numbers left what can be computed with.
  case diverged(step: Int, kept: String)
  /// A checkpoint does not fit the run.
  case badCheckpoint(path: String, problem: String)
  /// The weights to start from do not fit the settings.
  case badStart(path: String, problem: String)
  /// The words of a vocabulary cannot be told apart in a text.
  case badVocabulary(problem: String)

  /// The error in one sentence.
  public var description: String {
    switch self {
    case .badSetting(let name, let value, let allowed):
      "'\(name)' cannot be \(value): it takes \(allowed)."
    case .badSequence(let index, let problem):
      "Sequence \(index) cannot be trained on: \(problem); correct its source or the settings."
    case .diverged(let step, let kept):
      "Training left the range of numbers in step \(step): start again with a lower peakRate; \(kept)."
    case .badCheckpoint(let path, let problem):
      "The checkpoint \(path) is not usable: \(problem)."
    case .badStart(let path, let problem):
      "The weights of \(path) cannot be trained on: \(problem)."
    case .badVocabulary(let problem):
      "The vocabulary cannot be saved: \(problem)."
    }
  }
}
