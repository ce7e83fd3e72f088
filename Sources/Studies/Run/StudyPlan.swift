import Calibrations
import Evaluations
import FeatureDashboards
import LinearAlgebra
import Transcoders
import Transformers

/// All that the trial of a prompt needs: the study, the model on one thread, and what rules found.
struct StudyPlan: Sendable {
  let study: Study
  let subject: StudySubject
  /// The model with one thread, since prompts are dealt out to threads.
  let transformer: Transformer
  let activity: FeatureActivity
  let control: StudyControl?
  let seed: UInt64
  /// The prompts of each set that the model answers rightly; of sets without a behaviour, all.
  var prompts: [String: [StudyPrompt]]
  /// What each rule of features found.
  var rules: [String: RuleFeatures] = [:]

  /// The gate of a set of prompts.
  func gate(_ set: String) -> BehaviourGate? { study.behaviours.first { $0.prompts == set } }

  /// The interventions that are tried on a set: those of its hypotheses, and for the first set those with a sweep.
  func interventions(on set: String) -> [StudyIntervention] {
    let asked = Set(study.hypotheses.filter { $0.prompts == set }.compactMap(\.intervention))
    return study.interventions.filter { intervention in
      asked.contains(intervention.name)
        || (!intervention.sweep.isEmpty && sweepSet(of: intervention) == set)
    }
  }

  /// The set on which an intervention's sweep is made: that of the first hypothesis about it.
  func sweepSet(of intervention: StudyIntervention) -> String {
    study.hypotheses.first { $0.intervention == intervention.name }?.prompts ?? study.behaviours[0].prompts
  }

  /// Whether a set's prompts are traced: the first set's are, and those of hypotheses about graphs.
  func isTraced(_ set: String) -> Bool {
    set == study.behaviours[0].prompts
      || study.hypotheses.contains { $0.prompts == set && $0.test.isAboutGraphs }
  }

  /// A prompt from which an intervention takes activations over; nil where there is none.
  ///
  /// Donors are answered rightly, are the same and other in the columns asked for, and have another answer. The search begins at a
  /// place that the prompt's row decides, so that donors vary.
  func donor(for prompt: StudyPrompt, _ intervention: StudyIntervention) -> StudyPrompt? {
    let candidates = prompts[intervention.donors ?? prompt.set] ?? []
    guard !candidates.isEmpty else { return nil }
    let start = (prompt.row &* 7919) % candidates.count
    return (0..<candidates.count).lazy.map { candidates[(start + $0) % candidates.count] }.first { donor in
      intervention.same.allSatisfy { donor.columns[$0] == prompt.columns[$0] }
        && intervention.other.allSatisfy { donor.columns[$0] != prompt.columns[$0] }
        && donor.columns["answer"] != prompt.columns["answer"]
    }
  }

  /// A prompt of the same set whose columns stand in for this one's when labels are shuffled.
  func relabelled(_ prompt: StudyPrompt) -> StudyPrompt {
    let all = prompts[prompt.set] ?? []
    guard control == .shuffled, !all.isEmpty else { return prompt }
    var random = deal(prompt)
    return all[Int.random(in: all.indices, using: &random)]
  }

  /// The positions whose tokens stand in for those of a supernode when labels are shuffled: as many others of the prompt.
  func relabelled(_ positions: [Int], of prompt: StudyPrompt) -> [Int] {
    guard control == .shuffled else { return positions }
    var random = deal(prompt)
    let others = Set(1..<prompt.tokens.count).subtracting(positions)
    return others.sorted().shuffled(using: &random).prefix(positions.count).sorted()
  }

  private func deal(_ prompt: StudyPrompt) -> SplitMix64 {
    SplitMix64(seed: seed ^ UInt64(truncatingIfNeeded: prompt.row &* 0x9E37 &+ 11))
  }
}

extension Hypothesis.Test {
  /// Whether graphs decide it.
  var isAboutGraphs: Bool {
    switch self {
    case .exists, .edge, .around: true
    case .lowers, .raises, .gives, .loses, .overlap, .weights: false
    }
  }
}

extension SuiteBasis {
  /// The same features, as dashboards know them.
  var dashboards: DashboardBasis {
    switch self {
    case .neurons: .neurons
    case .transcoders(let set): .transcoders(set)
    }
  }
}
