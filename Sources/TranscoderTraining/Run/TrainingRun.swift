import Foundation
import ModelFiles
import Transcoders

/// A run in its folder: steps, numbers, checkpoints, and the transcoders in the end.
///
/// The folder becomes a transcoder set in circuit-tracer's format; beside it lie `training.yaml` (every setting),
/// `metrics.jsonl` (a line every few steps) and `checkpoint/`.
public struct TrainingRun {
  /// How a run ended.
  public enum Outcome: Sendable, Equatable {
    /// All steps were taken.
    case completed
    /// It was asked to stop; the checkpoint goes on from here.
    case stopped
  }

  /// Where a run is.
  public struct Progress: Sendable, Codable {
    /// The steps that are done.
    public var step: Int
    /// The steps of the run.
    public var stepCount: Int
    /// The tokens that were trained on.
    public var tokens: Int
    /// The parts of the loss, and the numbers of each layer, a mean over the last steps.
    public var parts: LossParts
    /// The fraction of variance left unexplained, for each layer.
    public var unexplained: [Double]
    /// Tokens a second over the last steps, filling of buffers included.
    public var tokensPerSecond: Double
    /// Seconds until the end, at this speed.
    public var secondsLeft: Double
  }

  private var trainer: TranscoderTrainer
  private let folder: String
  private let identity: (name: String, modelName: String?)

  /// Where the checkpoint of a run lies.
  public static func checkpoint(in folder: String) -> String { folder + "/checkpoint" }

  /// Steps between two lines of numbers.
  public static let stepsPerLine = 10

  /// Puts a run in its folder.
  public init(_ trainer: TranscoderTrainer, folder: String, name: String, modelName: String?) throws {
    self.trainer = trainer
    self.folder = folder
    identity = (name, modelName)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try TrainingRun.write(try trainer.configuration.yaml(), folder + "/training.yaml")
    // The lines of steps that will be taken again are dropped.
    let step = trainer.step
    try metrics.keep(Progress.self) { step > 0 && $0.step <= step }
  }

  /// Takes the steps that are left, or those until it is asked to stop, then writes the transcoders.
  ///
  /// - Parameter report: Told after every few steps how it goes.
  public mutating func run(_ report: (Progress) -> Void) throws -> Outcome {
    var window: [LossParts] = []
    let clock = ContinuousClock()
    var (lineStart, saved) = (clock.now, clock.now)
    do {
      while let parts = try trainer.advance() {
        window.append(parts)
        if trainer.step % TrainingRun.stepsPerLine == 0 || trainer.isComplete {
          let progress = progress(window, seconds: (clock.now - lineStart) / .seconds(1))
          try metrics.append(progress)
          report(progress)
          window = []
          lineStart = clock.now
        }
        if (clock.now - saved) / .seconds(60) >= trainer.configuration.checkpointMinutes {
          try trainer.save(to: TrainingRun.checkpoint(in: folder))
          saved = clock.now
          lineStart = clock.now
        }
      }
    } catch TrainingError.diverged(let step, let layer, _) {
      throw TrainingError.diverged(step: step, layer: layer, kept: kept)
    }
    try trainer.save(to: TrainingRun.checkpoint(in: folder))
    try export()
    return trainer.isComplete ? .completed : .stopped
  }

  /// Writes the transcoders as they are now; nothing when there is no text at hand to find thresholds on.
  private mutating func export() throws {
    guard let set = try trainer.transcoders(name: identity.name, modelName: identity.modelName) else {
      return
    }
    // Written whole beside its place, then moved file by file over an older set.
    let fresh = folder + "/.export"
    try? FileManager.default.removeItem(atPath: fresh)
    try set.write(to: fresh)
    for name in try FileManager.default.contentsOfDirectory(atPath: fresh).sorted().reversed() {
      let place = folder + "/" + name
      try? FileManager.default.removeItem(atPath: place)
      do {
        try FileManager.default.moveItem(atPath: fresh + "/" + name, toPath: place)
      } catch {
        throw ModelFileError.unwritable(path: place, reason: "check that the folder may be written")
      }
    }
    try? FileManager.default.removeItem(atPath: fresh)
  }

  private var kept: String {
    let checkpoint = TrainingRun.checkpoint(in: folder)
    return Checkpoint(folder: checkpoint).exists
      ? "the last checkpoint is kept in \(checkpoint)" : "no checkpoint was written yet"
  }

  private func progress(_ window: [LossParts], seconds: Double) -> Progress {
    let mean = LossParts(meanOf: window)
    let tokens = window.count * trainer.configuration.batch
    let left = (trainer.configuration.stepCount - trainer.step) * trainer.configuration.batch
    let rate = Double(tokens) / max(seconds, 1e-9)
    return Progress(
      step: trainer.step, stepCount: trainer.configuration.stepCount,
      tokens: trainer.step * trainer.configuration.batch, parts: mean, unexplained: mean.unexplained,
      tokensPerSecond: rate, secondsLeft: Double(left) / max(rate, 1e-9))
  }

  // MARK: - Numbers

  private var metrics: JSONLines { JSONLines(path: folder + "/metrics.jsonl") }

  private static func write(_ text: String, _ path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw ModelFileError.unwritable(
        path: path, reason: "check that the disk is not full and the folder may be written")
    }
  }
}

extension LossParts {
  /// The mean of several steps; squared errors are summed.
  init(meanOf parts: [LossParts]) {
    let count = Double(max(1, parts.count))
    let mean = { (value: (LossParts) -> Double) in parts.reduce(0) { $0 + value($1) } / count }
    let sums = { (values: (LossParts) -> [Double]) in
      parts.reduce(into: [Double]()) { sum, part in
        let other = values(part)
        sum = sum.isEmpty ? other : zip(sum, other).map { $0 + $1 }
      }
    }
    reconstruction = mean { $0.reconstruction }
    sparsity = mean { $0.sparsity }
    preActivation = mean { $0.preActivation }
    auxiliary = mean { $0.auxiliary }
    squaredError = sums { $0.squaredError }
    squaredTarget = sums { $0.squaredTarget }
    activeFeatures = sums { $0.activeFeatures }.map { $0 / count }
    dead = sums { $0.dead }.map { $0 / count }
    if parts.contains(where: { $0.divergence != nil }) {
      divergence = mean { $0.divergence ?? 0 }
      agreement = mean { $0.agreement ?? 0 }
    }
  }
}
