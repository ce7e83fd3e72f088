import Foundation
public import LinearAlgebra
import ModelFiles
public import Transformers

/// Trains a small transformer in a folder, which keeps the checkpoint and the numbers of the run.
///
/// Each step:
/// 1. the sequences of the step are asked for by their numbers;
/// 2. they are cut into shards, whose losses and gradients workers compute, forward and backward (``BlockPass``);
/// 3. the gradients are added up in the order of the shards, and shortened to `clip` when they are longer;
/// 4. AdamW moves the weights, at the rate that the schedule says.
///
/// The same settings and source give the same weights to the bit, whatever the number of workers and however often the run
/// was stopped and went on. `checkpoint/` and `metrics.jsonl` (a line every few steps) lie in the folder.
public struct TransformerTrainer: Sendable {
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
    public var rate: Float
    /// Tokens that were trained on.
    public var tokens: Int
    /// Tokens a second over the last steps.
    public var tokensPerSecond: Double
    /// Seconds until the end, at this speed.
    public var secondsLeft: Double
  }

  private var state: OptimizationState
  private let source: any SequenceSource
  private let folder: String
  private let workers: Workers
  private let turns: RotaryTurns

  /// The model and the run.
  public var settings: TransformerTrainingSettings { state.parameters.settings }

  /// The steps that are done.
  public var step: Int { state.step }

  /// The weights as they are now.
  public var parameters: TransformerParameters { state.parameters }

  /// The model as it is now.
  public var transformer: Transformer { parameters.transformer(workers: workers) }

  /// Where the checkpoint of a run lies.
  public static func checkpoint(in folder: String) -> String { folder + "/checkpoint" }

  /// Puts a run in its folder: goes on with the checkpoint that lies there, or begins with `start`.
  ///
  /// - Throws: `TransformerTrainingError` when the settings, the checkpoint or the start cannot be used.
  public init(
    _ settings: TransformerTrainingSettings, source: any SequenceSource, folder: String,
    start: Start = .random, workers: Workers = Workers()
  ) throws {
    try settings.check()
    self.source = source
    self.folder = folder
    self.workers = workers
    turns = RotaryTurns(settings.rotary, positions: settings.contextLength)
    let checkpoint = TransformerCheckpoint(folder: TransformerTrainer.checkpoint(in: folder))
    if checkpoint.exists {
      state = try checkpoint.load(settings)
    } else {
      switch start {
      case .random: state = OptimizationState(TransformerParameters(random: settings))
      case .weights(let path):
        state = OptimizationState(try TransformerParameters(settings, path: path, workers: workers))
      }
    }
  }

  /// Takes the steps that are left, or those until it is asked to stop; a checkpoint is written in either case.
  ///
  /// - Parameters:
  ///   - progress: Told after every few steps how it goes.
  ///   - shouldStop: Asked before every step.
  public mutating func run(
    progress report: (Progress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws -> Outcome {
    let log = try openLog()
    let clock = ContinuousClock()
    var (lineStart, saved) = (clock.now, clock.now)
    var window: [OptimizationState.Step] = []
    while step < settings.steps, !shouldStop() {
      window.append(try advance())
      if step % settings.stepsPerLine == 0 || step == settings.steps {
        let progress = progress(window, seconds: (clock.now - lineStart) / .seconds(1))
        try log.append(progress)
        report(progress)
        (window, lineStart) = ([], clock.now)
      }
      if (clock.now - saved) / .seconds(60) >= settings.checkpointMinutes {
        try checkpoint.save(state)
        saved = clock.now
      }
    }
    try checkpoint.save(state)
    return step < settings.steps ? .stopped : .completed
  }

  /// Takes the next step.
  mutating func advance() throws(TransformerTrainingError) -> OptimizationState.Step {
    let first = step * settings.sequencesPerStep
    let sequences = workers.map(Array(first..<first + settings.sequencesPerStep)) { [source, settings] in
      source.sequence($0, seed: settings.seed)
    }
    for (place, sequence) in sequences.enumerated() { try check(sequence, first + place) }
    guard sequences.contains(where: { $0.weights.contains { $0 > 0 } }) else {
      throw .badSequence(index: first, problem: "none of its step has a prediction that counts")
    }
    guard let taken = state.advance(sequences, turns: turns, workers) else {
      let kept =
        checkpoint.exists
        ? "the last checkpoint is kept in \(checkpoint.folder)" : "no checkpoint was written yet"
      throw .diverged(step: step, kept: kept)
    }
    return taken
  }

  private func check(_ sequence: TrainingSequence, _ index: Int) throws(TransformerTrainingError) {
    let (tokens, weights) = (sequence.tokens, sequence.weights)
    guard tokens.count > 1, weights.count == tokens.count - 1 else {
      throw .badSequence(index: index, problem: "it has \(tokens.count) tokens and \(weights.count) weights")
    }
    guard tokens.count <= settings.contextLength else {
      throw .badSequence(
        index: index,
        problem: "its \(tokens.count) tokens are more than contextLength \(settings.contextLength)")
    }
    if let token = tokens.first(where: { $0 < 0 || $0 >= settings.vocabularySize }) {
      throw .badSequence(
        index: index, problem: "its token \(token) is none of the \(settings.vocabularySize) words")
    }
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .badSequence(index: index, problem: "a weight is below 0 or no number")
    }
  }

  /// Writes the model as it is now as a Hugging Face folder, which may be the run's.
  public func save(to folder: String, vocabulary: WordVocabulary, as weights: SavedWeights = .float32) throws
  {
    try parameters.save(to: folder, vocabulary: vocabulary, as: weights)
  }

  private var checkpoint: TransformerCheckpoint {
    TransformerCheckpoint(folder: TransformerTrainer.checkpoint(in: folder))
  }

  /// Opens the file of numbers; lines of steps that will be taken again are dropped.
  private func openLog() throws -> JSONLines {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ModelFileError.unwritable(path: folder, reason: "choose a folder in which you may write")
    }
    let log = JSONLines(path: folder + "/metrics.jsonl")
    try log.keep(Progress.self) { $0.step <= step && step > 0 }
    return log
  }

  private func progress(_ window: [OptimizationState.Step], seconds: Double) -> Progress {
    let tokens = window.reduce(0) { $0 + $1.tokens }
    let left = Double(settings.steps - step) / Double(max(1, window.count)) * seconds
    return Progress(
      step: step, stepCount: settings.steps,
      loss: window.reduce(0) { $0 + $1.loss } / Double(max(1, window.count)),
      gradientNorm: window.reduce(0) { max($0, $1.gradientNorm) }, rate: settings.rate(step: step - 1),
      tokens: state.tokens, tokensPerSecond: Double(tokens) / max(seconds, 1e-9), secondsLeft: left)
  }
}
