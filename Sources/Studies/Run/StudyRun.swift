import Calibrations
import Evaluations
import FeatureDashboards
public import Foundation
import Interventions
import LinearAlgebra
import Transformers

/// Runs a study on a model.
///
/// 1. All prompts are made, and put to the model; those that it does not answer rightly are left out.
/// 2. Each rule finds its features over the probe prompts.
/// 3. Each prompt that is left is traced and changed, on one thread; results are kept as they come.
/// 4. Hypotheses are judged over all prompts.
///
/// All draws depend on the seed alone, and results not on the number of threads.
public struct StudyRun: Sendable {
  /// How far a run has come.
  public struct Progress: Sendable {
    /// What is done.
    public var phase: String
    /// How many are done.
    public var done: Int
    /// Of how many.
    public var all: Int
  }

  /// The study.
  public let study: Study
  /// What it is made on.
  public let subject: StudySubject
  /// The control in its place; nil for none.
  public var control: StudyControl?
  /// What all draws depend on.
  public var seed: UInt64 = 0
  /// Where results are kept; nil for nowhere.
  public var cacheRoot: URL?
  /// The command that makes the report, for the reader.
  public var command = ""
  /// How many prompts of each set are given out as graphs.
  public var graphCount = 0

  /// A version of what is kept; older results are not read.
  private static let format = "3"

  /// Prepares a run.
  public init(_ study: Study, on subject: StudySubject) {
    self.study = study
    self.subject = subject
  }

  /// Runs the study.
  ///
  /// - Parameters:
  ///   - progress: Told how far it has come.
  ///   - shouldStop: Asked between prompts.
  ///   - graph: Takes the graphs of the first prompts of each set, ``graphCount`` of them.
  /// - Returns: The report; nil when it was asked to stop, and the next run goes on there.
  public func report(
    progress: (Progress) -> Void = { _ in }, shouldStop: () -> Bool = { false },
    graph: (StudyGraph) throws -> Void = { _ in }
  ) throws -> StudyReport? {
    let words = try wordFeatures()
    let cache = try cache(words)
    let maker = PromptMaker(subject: subject, seed: seed)
    var prompts: [String: [StudyPrompt]] = [:]
    for set in study.prompts { prompts[set.name] = try maker.prompts(set) }
    var plan = plan(prompts)
    guard let answers = try behaviours(plan, cache, progress, shouldStop) else { return nil }
    for answer in answers {
      plan.prompts[answer.behaviour.prompts] = zip(prompts[answer.behaviour.prompts] ?? [], answer.isRight)
        .filter(\.1).map(\.0)
    }
    var judging = StudyJudging(study: study, behaviours: answers.map(\.behaviour))
    guard judging.isAnythingThere else { return report(judging, plan) }
    guard !shouldStop() else { return nil }
    plan.rules = try cache.value("rules") { try rules(plan, all: prompts, words, progress) }
    for gate in study.behaviours where judging.isThere(gate.prompts) {
      guard let results = try results(of: gate.prompts, plan, cache, progress, shouldStop) else { return nil }
      judging.results[gate.prompts] = results
    }
    guard !shouldStop() else { return nil }
    judging.overlaps = overlaps(plan, all: prompts)
    judging.weights = try virtualInputs(plan)
    try graphs(plan, graph)
    return report(judging, plan)
  }

  /// The features that words find, by rule.
  private func wordFeatures() throws -> [String: [FeatureName]] {
    var found: [String: [FeatureName]] = [:]
    for rule in study.supernodes {
      guard case .features(let tests) = rule.kind else { continue }
      for case .words(let words) in tests {
        guard let store = subject.dashboards else {
          throw StudyError(
            "The supernode '\(rule.name)' is found by words, and \(subject.basisName) has no dashboards: make them with 'microscope dashboards build'."
          )
        }
        found[rule.name] = try store.search(words, limit: 2000).map(\.name)
      }
    }
    return found
  }

  private func cache(_ words: [String: [FeatureName]]) throws -> StudyCache {
    guard let cacheRoot else { return .none }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let texts = try [encoder.encode(study), encoder.encode(words)].map { String(decoding: $0, as: UTF8.self) }
    return StudyCache(
      root: cacheRoot, name: study.name,
      contents: [StudyRun.format] + texts + subject.identity + [
        "\(subject.firstToken)", "\(seed)", control?.rawValue ?? "",
      ])
  }

  private func plan(_ prompts: [String: [StudyPrompt]]) -> StudyPlan {
    let model = subject.model.transformer
    let single = Transformer(
      configuration: model.configuration, weights: model.weights, workers: Workers(count: 1))
    var activity = FeatureActivity(single, subject.basis.steerable(single))
    if case .neurons = subject.basis {
      activity.setBars(probes(prompts).map(\.tokens), model.workers)
    }
    return StudyPlan(
      study: study, subject: subject, transformer: single, activity: activity, control: control, seed: seed,
      prompts: prompts)
  }

  /// The prompts by which it is told how active a neuron can be: probes, or all where there are none.
  private func probes(_ prompts: [String: [StudyPrompt]]) -> [StudyPrompt] {
    var names: Set<String> = []
    for case .features(let tests) in study.supernodes.map(\.kind) {
      for test in tests {
        switch test {
        case .encodes(_, let probe): names.insert(probe.prompts)
        case .active(let probe, let controls): names.formUnion([probe.prompts, controls])
        default: break
        }
      }
    }
    let chosen = names.isEmpty ? Set(prompts.keys) : names
    return chosen.sorted().flatMap { prompts[$0] ?? [] }
  }

  private func rules(
    _ plan: StudyPlan, all: [String: [StudyPrompt]], _ words: [String: [FeatureName]],
    _ progress: (Progress) -> Void
  ) throws -> [String: RuleFeatures] {
    progress(Progress(phase: "reading the probe prompts", done: 0, all: study.supernodes.count))
    let search = RuleSearch(
      study.supernodes, activity: plan.activity, prompts: all, control: control, seed: seed, found: words,
      workers: subject.model.transformer.workers)
    var rules: [String: RuleFeatures] = [:]
    for (place, rule) in study.supernodes.enumerated() {
      progress(
        Progress(
          phase: "looking for the features of '\(rule.name)'", done: place, all: study.supernodes.count))
      rules[rule.name] = search.features(of: rule)
    }
    return rules
  }

  /// The results of a set's prompts, those that are kept already and those that are measured now.
  private func results(
    of set: String, _ plan: StudyPlan, _ cache: StudyCache, _ progress: (Progress) -> Void,
    _ shouldStop: () -> Bool
  ) throws -> [PromptResult]? {
    let prompts = plan.prompts[set] ?? []
    let keys = prompts.map { "\(StudyRun.fileName(set))-\($0.row)" }
    var results = keys.map { cache.value($0, as: PromptResult.self) }
    let missing = results.indices.filter { results[$0] == nil }
    let workers = subject.model.transformer.workers
    var done = 0
    while done < missing.count {
      guard !shouldStop() else { return nil }
      progress(
        Progress(phase: "'\(set)'", done: prompts.count - missing.count + done, all: prompts.count))
      let batch = Array(missing[done..<min(done + workers.count, missing.count)])
      let found = workers.map(batch) { place in Result { try PromptTrial(plan, prompts[place]).result() } }
      for (place, result) in zip(batch, found) {
        let value = try result.get()
        try cache.keep(value, keys[place])
        results[place] = value
      }
      done += batch.count
    }
    return results.compactMap { $0 }
  }

  /// A set's name as part of a file's.
  static func fileName(_ set: String) -> String {
    set.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber)
        ? String(character) : "_" + String(byte, radix: 16)
    }.joined()
  }

  private func report(_ judging: StudyJudging, _ plan: StudyPlan) -> StudyReport {
    judging.report(
      model: subject.name, basis: subject.basisName, control: control, seed: seed,
      sizes: plan.rules.filter { name, _ in
        study.supernodes.contains { $0.name == name && $0.isOfFeatures }
      }.mapValues(\.size), command: command)
  }
}
