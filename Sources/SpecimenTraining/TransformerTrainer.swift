public import LinearAlgebra
public import Transformers

/// Trains a small transformer in a folder, which keeps the checkpoint and the numbers of the run.
public struct TransformerTrainer {
  /// What a run begins with when its folder holds no checkpoint.
  public enum Start: Sendable, Equatable {
    /// Random weights.
    case random
    /// The weights of a Hugging Face folder of the same sizes.
    case weights(of: String)
  }

  /// How a run ended.
  public enum Outcome: Sendable, Equatable {
    /// All steps were taken.
    case completed
    /// It was asked to stop; the checkpoint goes on from here.
    case stopped
  }

  /// Where a run is.
  public struct Progress: Sendable, Equatable, Codable {
    /// The steps that are done.
    public var step: Int
    /// The steps of the run.
    public var stepCount: Int
    /// The weighted mean cross-entropy over the last steps, in nats for each prediction.
    public var loss: Double
    /// The largest norm of a step's gradient over the last steps, before it was shortened.
    public var gradientNorm: Double
    /// The learning rate of the last step.
    public var rate: Double
    /// Tokens that were trained on.
    public var tokens: Int
    /// Tokens a second over the last steps.
    public var tokensPerSecond: Double
    /// Seconds until the end, at this speed.
    public var secondsLeft: Double
  }

  /// The model and the run.
  public let settings: TransformerTrainingSettings
  /// The steps that are done.
  public private(set) var step = 0

  /// Puts a run in its folder: goes on with the checkpoint that lies there, or begins with `start`.
  public init(
    _ settings: TransformerTrainingSettings, source: any SequenceSource, folder: String,
    start: Start = .random, workers: Workers = Workers()
  ) throws {
    preconditionFailure("not yet")
  }

  /// Takes the steps that are left, or those until it is asked to stop; the checkpoint is written in either case.
  public mutating func run(
    progress: (Progress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> Outcome {
    preconditionFailure("not yet")
  }

  /// The model as it is now.
  public var transformer: Transformer { preconditionFailure("not yet") }

  /// Writes the model as it is now as a Hugging Face folder.
  public func save(to folder: String, vocabulary: WordVocabulary) throws {
    preconditionFailure("not yet")
  }
}
