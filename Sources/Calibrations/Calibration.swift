import Attribution
import CircuitGraphs
public import Evaluations
public import Interventions
public import LinearAlgebra
import ReplacementModels
public import Specimens
import Transcoders
public import Transformers

/// Scores what the microscope shows of a specimen against the specimen's answer key.
///
/// 1. Fresh probe prompts tell what each feature encodes; once more with the key's values dealt out anew, as a control.
/// 2. For each fresh prompt that the model answers rightly: the graph of its answer, pruned; its nodes are grouped by the
///    variables that they encode.
/// 3. Nodes and supernode edges are compared with the key; supernodes are suppressed and exchanged.
public struct Calibration: Sendable {
  /// The specimen.
  public let specimen: any Specimen
  /// How it is done.
  public let settings: CalibrationSettings
  private let transformer: Transformer
  private let workers: Workers
  private let probes: [KeyedPrompt]
  /// The prompts that the model answers rightly.
  private let prompts: [KeyedPrompt]
  private let counterfactuals: Counterfactuals
  /// How many of the drawn prompts the model answers rightly.
  public let answered: Rate

  /// Fresh prompts of each circuit to look for donors among.
  private static let candidateCount = 1000

  /// Draws prompts and asks the model.
  public init(
    _ specimen: any Specimen, _ transformer: Transformer,
    settings: CalibrationSettings = CalibrationSettings(),
    _ workers: Workers
  ) {
    self.specimen = specimen
    self.settings = settings
    self.workers = workers
    // Each worker has a prompt of its own.
    let single = Transformer(
      configuration: transformer.configuration, weights: transformer.weights, workers: Workers(count: 1))
    self.transformer = single
    probes = Self.draw(specimen, settings.probes, seed: settings.seed(of: .probes))
    counterfactuals = Counterfactuals(
      specimen, count: Self.candidateCount, seed: settings.seed(of: .candidates))
    let drawn = Self.draw(specimen, settings.prompts, seed: settings.seed(of: .prompts))
    let tops = workers.map(drawn) { single.run($0.tokens, logits: .last).logits.storage.top }
    prompts = zip(drawn, tops).filter { $0.isAnswered(by: $1) }.map(\.0)
    answered = Rate(successes: prompts.count, trials: drawn.count)
  }

  /// Prompts of all circuits, as many of each.
  private static func draw(_ specimen: any Specimen, _ count: Int, seed: UInt64) -> [KeyedPrompt] {
    let circuits = specimen.circuits
    let each = (count + circuits.count - 1) / max(1, circuits.count)
    return circuits.flatMap { circuit in
      (0..<each).map { specimen.keyedPrompt(circuit, index: $0, seed: seed) }
    }
  }

  /// Scores several bases side by side.
  ///
  /// - Parameters:
  ///   - model: What the model is called.
  ///   - progress: Told of which basis how many prompts, of how many, are done.
  public func report(
    model: String, bases: [(name: String, basis: SuiteBasis)],
    progress: (_ name: String, _ done: Int, _ all: Int) -> Void = { _, _, _ in }
  ) throws -> CalibrationReport {
    var report = CalibrationReport(
      specimen: specimen.name, model: model, settings: settings, answered: answered)
    for (name, basis) in bases {
      let scores = try scores(of: basis) { progress(name, $0, $1) }
      report.bases.append(.init(name: name, key: scores.key, control: scores.control))
    }
    return report
  }

  /// Scores a basis.
  ///
  /// - Parameter progress: Told how many prompts, of how many, are done.
  public func scores(
    of basis: SuiteBasis, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws -> (key: CalibrationScores, control: CalibrationScores) {
    var activity = FeatureActivity(transformer, basis.steerable(transformer))
    if case .neurons = basis { activity.setBars(probes.map(\.tokens), workers) }
    let reading = activity
    let active = workers.map(probes) { reading.numbers($0.tokens) }
    let shuffled = probes.shufflingValues(seed: settings.seed(of: .labels))
    let encodings = [probes, shuffled].map {
      Encodings($0, active: active, count: reading.count, settings)
    }
    let computed = Set(probes.flatMap { $0.intermediates.map(\.name) })
    var totals = encodings.map { encodings in
      var scores = CalibrationScores()
      scores.encodingFeatures = encodings.count(of: computed)
      return scores
    }
    var done = 0
    while done < prompts.count {
      let batch = Array(prompts[done..<min(done + 2 * workers.count, prompts.count)])
      let results = workers.map(batch) { prompt in Result { try scores(prompt, basis, reading, encodings) } }
      for result in results {
        for (place, scores) in try result.get().enumerated() { totals[place] += scores }
      }
      done += batch.count
      progress(done, prompts.count)
    }
    return (totals[0], totals[1])
  }

  /// The scores of one prompt, for each of some encodings; what does not depend on them is in the first.
  private func scores(
    _ prompt: KeyedPrompt, _ basis: SuiteBasis, _ activity: FeatureActivity, _ encodings: [Encodings]
  ) throws -> [CalibrationScores] {
    let pruned = try graph(prompt, basis).prune(
      nodeThreshold: settings.nodeThreshold, edgeThreshold: settings.edgeThreshold)
    let findings = GraphFindings(prompt, pruned)
    let trials = try InterventionTrials(prompt, activity, counterfactuals, settings)
    var all = try encodings.map { encodings in
      var scores = CalibrationScores()
      let whole = VariableGroups(prompt, pruned.original, encodings, activity) { _ in true }
      let kept = VariableGroups(prompt, pruned.original, encodings, activity) { pruned.isKept[$0] }
      findings.score(kept, whole: whole, encodings, into: &scores)
      try trials.score(whole, encodings, into: &scores)
      return scores
    }
    if case .neurons = basis { all[0].exact = try ExactEdges(prompt, of: transformer) }
    return all
  }

  private func graph(_ prompt: KeyedPrompt, _ basis: SuiteBasis) throws -> AttributionGraph {
    let targets = { (logits: [Float]) in
      TargetChooser(transformer, logits: logits) { String($0) }.tokens([prompt.answer])
    }
    let model = try basis.replacementModel(
      of: transformer, tokens: prompt.tokens, neuronCount: 4 * settings.maxFeatureNodes, targets: targets)
    let options = AttributionOptions(maxFeatureNodes: settings.maxFeatureNodes)
    return try Attributor(options: options).attribute(model, targets: targets(model.logits)).graph
  }
}

extension SuiteBasis {
  /// What interventions on a model can change.
  package func steerable(_ transformer: Transformer) -> any SteerableBasis {
    switch self {
    case .neurons: ModelNeurons(transformer)
    case .transcoders(let set): set
    }
  }
}
