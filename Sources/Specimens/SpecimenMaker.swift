public import LinearAlgebra
public import SpecimenTraining
import Transformers

/// Makes the models of a specimen: trains its phases one after the other, or writes the weights of a compiled one.
public struct SpecimenMaker {
  /// A model that was made.
  public struct Made: Sendable, Codable {
    /// The name by which it can be asked for.
    public var model: String
    /// The Hugging Face folder.
    public var folder: String
    /// What it scores on held-out trials.
    public var scores: [BehaviourScore]

    /// Describes a model that was made.
    public init(model: String, folder: String, scores: [BehaviourScore]) {
      self.model = model
      self.folder = folder
      self.scores = scores
    }

    /// Whether it does all that is required.
    public var isReached: Bool { scores.allSatisfy(\.isReached) }
  }

  private let specimen: any Specimen
  private let size: String
  private let workers: Workers
  private let place: (_ model: String) -> String

  /// Another number of steps than the specimen's own, for its first phase; later phases change in proportion.
  public var steps: Int?
  /// The seed of the first weights and of the sequences.
  public var seed = SpecimenSeed.training

  /// Prepares to make a specimen.
  ///
  /// - Parameters:
  ///   - size: One of the specimen's sizes.
  ///   - place: The folder for a model of a name.
  public init(
    _ specimen: any Specimen, size: String, workers: Workers = Workers(),
    place: @escaping (_ model: String) -> String
  ) {
    precondition(specimen.sizes.contains(size), "size \(size) of \(specimen.name)")
    self.specimen = specimen
    self.size = size
    self.workers = workers
    self.place = place
  }

  /// Makes all models, or goes on where an earlier call was stopped.
  ///
  /// - Parameters:
  ///   - report: Told how the training of a model goes.
  ///   - shouldStop: Asked before every step.
  /// - Returns: What was made; nil when it was asked to stop.
  public func run(
    report: (_ model: String, TransformerTrainer.Progress) -> Void = { _, _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> [Made]? {
    switch specimen.making(size: size) {
    case .compiled(let parameters, let behaviours):
      let model = specimen.modelName(size: size)
      try parameters.save(to: place(model), vocabulary: specimen.vocabulary)
      return [made(model, parameters.transformer(workers: workers), behaviours)]
    case .trained(let phases): return try train(phases, report, shouldStop)
    }
  }

  private func train(
    _ phases: [SpecimenPhase], _ report: (String, TransformerTrainer.Progress) -> Void,
    _ shouldStop: () -> Bool
  ) throws -> [Made]? {
    var all: [Made] = []
    for phase in phases {
      let model = specimen.modelName(size: size, phase: phase.name)
      var settings = phase.settings
      settings.seed = seed
      if let steps { settings.steps = max(1, settings.steps * steps / max(1, phases[0].settings.steps)) }
      settings.warmup = min(settings.warmup, settings.steps / 2)
      var trainer = try TransformerTrainer(
        settings, source: phase.source, folder: place(model),
        start: all.last.map { .weights(of: $0.folder) } ?? .random, workers: workers)
      guard try trainer.run(progress: { report(model, $0) }, shouldStop: shouldStop) == .completed else {
        return nil
      }
      // What is kept is what is scored, and what the next phase begins with.
      try trainer.save(to: place(model), vocabulary: specimen.vocabulary, as: .bfloat16)
      all.append(made(model, try Transformer(path: place(model), workers: workers), phase.behaviours))
    }
    return all
  }

  private func made(_ model: String, _ transformer: Transformer, _ behaviours: [Behaviour]) -> Made {
    Made(model: model, folder: place(model), scores: behaviours.map { $0.score(transformer) })
  }
}
