import Interventions
import LinearAlgebra
import Specimens
import Transcoders
import Transformers

/// Suppresses and exchanges the supernodes of a prompt's computed variables, and compares the answers with the key.
///
/// Changes spread by iterative patching with frozen attention patterns, the default of `microscope intervene`.
struct InterventionTrials {
  let prompt: KeyedPrompt
  let activity: FeatureActivity
  let counterfactuals: Counterfactuals
  let settings: CalibrationSettings
  private let engine: InterventionEngine
  private let active: FeatureActivations

  init(
    _ prompt: KeyedPrompt, _ activity: FeatureActivity, _ counterfactuals: Counterfactuals,
    _ settings: CalibrationSettings
  ) throws {
    self.prompt = prompt
    self.activity = activity
    self.counterfactuals = counterfactuals
    self.settings = settings
    engine = try InterventionEngine(activity.transformer, activity.basis, tokens: prompt.tokens)
    active = activity.read(prompt.tokens).features
  }

  /// Adds the scores of all variables; what has no supernode cannot be changed, and fails.
  func score(_ groups: VariableGroups, _ encodings: Encodings, into scores: inout CalibrationScores) throws {
    for variable in prompt.intermediates where encodings.isJudged(variable, in: prompt.circuit) {
      guard let place = prompt.variables.firstIndex(where: { $0.name == variable.name }) else { continue }
      let members = groups.features(of: place)
      let alternatives = counterfactuals.alternatives(to: prompt, in: variable)
      let consequence = counterfactuals.consequence(of: variable, in: prompt, alternatives)
      if let consequence {
        scores.suppressions.add(
          try !members.isEmpty && (top(suppressing: members) == prompt.answer) == (consequence == .stays))
      }
      if consequence == .changes, !members.isEmpty, let others = others(than: members, variable) {
        scores.otherSuppressions.add(try top(suppressing: others) != prompt.answer)
      }
      if let donor = donor(among: alternatives) {
        scores.swaps.add(
          try !members.isEmpty && top(exchanging: members, variable, donor, encodings) == donor.answer)
      }
    }
  }

  /// The first alternative with another answer that the model gets right.
  private func donor(among alternatives: [KeyedPrompt]) -> KeyedPrompt? {
    alternatives.lazy.filter { $0.answer != prompt.answer }.prefix(8).first { donor in
      donor.isAnswered(by: activity.read(donor.tokens).top)
    }
  }

  private func top(suppressing sites: [FeatureSite]) throws(InterventionError) -> Int {
    try top(suppressions(sites))
  }

  private func suppressions(_ sites: [FeatureSite]) -> [Intervention] {
    sites.map {
      Intervention(
        .feature(layer: $0.layer, index: $0.index), at: .at($0.position), .scale(settings.suppression))
    }
  }

  private func top(_ interventions: [Intervention]) throws(InterventionError) -> Int {
    try engine.run(interventions, observing: false).logits.top
  }

  /// As many features, drawn among those that are active at the variable's positions and are no members.
  private func others(than members: [FeatureSite], _ variable: KeyVariable) -> [FeatureSite]? {
    let taken = Set(members)
    let positions = Set(members.map(\.position))
    let rest = zip(active.sites, active.values).filter { site, value in
      positions.contains(site.position) && !taken.contains(site) && activity.number(site, value) != nil
    }.map(\.0)
    guard rest.count >= members.count else { return nil }
    let mixed = prompt.tokens.reduce(settings.seed(of: .features)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    var random = SplitMix64(seed: mixed)
    return Array(rest.shuffled(using: &random).prefix(members.count))
  }

  /// The answer with the variable's supernode suppressed, and what stands for the variable there set as in the donor.
  private func top(
    exchanging members: [FeatureSite], _ variable: KeyVariable, _ donor: KeyedPrompt, _ encodings: Encodings
  ) throws(InterventionError) -> Int? {
    guard let place = donor.variables.firstIndex(where: { $0.name == variable.name }) else { return nil }
    let there = donor.variables[place]
    let features = activity.read(donor.tokens).features
    let assignment = FeatureAssignment(donor, features.sites, values: features.values, encodings, activity)
    var brought: [FeatureSite: Float] = [:]
    for member in assignment.members[place] {
      let site = features.sites[member]
      guard let slot = there.positions.firstIndex(of: site.position) else { continue }
      brought[FeatureSite(layer: site.layer, position: variable.positions[slot], index: site.index)] =
        features.values[member]
    }
    guard !brought.isEmpty else { return nil }
    let removed = suppressions(members.filter { brought[$0] == nil })
    let set = brought.sorted { $0.key < $1.key }.map { site, value in
      Intervention(.feature(layer: site.layer, index: site.index), at: .at(site.position), .set(value))
    }
    return try top(removed + set)
  }
}
