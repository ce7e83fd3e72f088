import Calibrations
import Evaluations
import Interventions
import LinearAlgebra
import Transcoders
import Transformers

/// Changes a prompt's supernodes in the running model.
struct EffectTrial {
  let plan: StudyPlan
  let prompt: StudyPrompt
  let members: PromptMembers
  private let engine: InterventionEngine
  private let speaker: Speaker

  init(_ plan: StudyPlan, _ prompt: StudyPrompt, _ members: PromptMembers) throws {
    self.plan = plan
    self.prompt = prompt
    self.members = members
    engine = try InterventionEngine(plan.transformer, plan.activity.basis, tokens: prompt.tokens)
    speaker = Speaker(subject: plan.subject, gate: plan.gate(prompt.set))
  }

  /// What an intervention does.
  ///
  /// 1. A donor is found where one is needed.
  /// 2. The changes are made of the supernodes' nodes, the donor's and the rules'.
  /// 3. The model runs with them; supernodes, outputs and what is said are looked at before and after.
  func effect(of intervention: StudyIntervention) throws -> PromptResult.Effect {
    let donor = intervention.needsDonor ? plan.donor(for: prompt, intervention) : nil
    guard !intervention.needsDonor || donor != nil else { return .init(hasDonor: false, isMade: false) }
    let donated = donor.map { ($0, PromptMembers(plan, $0)) }
    var effect = PromptResult.Effect(hasDonor: true, isMade: true)
    let asked = changes(intervention, donated, factor: intervention.factor, strength: intervention.strength)
    effect.isMade = !asked.isEmpty
    let patching = Patching.iterative(freezesAttention: intervention.freezesAttention)
    let clean = engine.unmodified
    let run = try engine.run(asked, patching: patching)
    effect.before = levels(clean)
    effect.after = levels(run)
    let saying = try speaker.saying(engine, asked, patching, logits: run.logits)
    effect.said = saying.text
    for hypothesis in plan.study.hypotheses
    where hypothesis.prompts == prompt.set && hypothesis.intervention == intervention.name {
      effect.isMet[hypothesis.name] = isMet(hypothesis, saying, donor, isMade: effect.isMade)
    }
    guard !intervention.sweep.isEmpty, plan.sweepSet(of: intervention) == prompt.set, effect.isMade else {
      return effect
    }
    effect.points = try intervention.sweep.map { value in
      let changes =
        intervention.bringsIn
        ? changes(intervention, donated, factor: intervention.factor, strength: value)
        : changes(intervention, donated, factor: value, strength: intervention.strength)
      return point(value, try engine.run(changes, patching: patching), effect.before, donor)
    }
    return effect
  }

  /// Whether what is said is what a hypothesis says; what could not be changed counts as failed.
  private func isMet(
    _ hypothesis: Hypothesis, _ saying: Speaker.Saying, _ donor: StudyPrompt?, isMade: Bool
  ) -> Bool? {
    let isSaid = { (texts: [TextTemplate]) -> Bool? in
      let filled = texts.compactMap { prompt.text($0, donor: donor) }
      return filled.isEmpty ? nil : filled.contains { speaker.says(saying, $0) }
    }
    return switch hypothesis.test {
    case .gives(_, let texts, _): isSaid(texts).map { isMade && $0 }
    case .loses(_, let texts, _): isSaid(texts).map { isMade && !$0 }
    default: nil
    }
  }

  /// What each supernode does in a run: of an output its probability, else its activations along their signs in the
  /// unmodified run, summed.
  private func levels(_ outcome: InterventionOutcome) -> [String: Double] {
    var levels: [String: Double] = [:]
    let outputs = members.outputs.sorted { $0.key < $1.key }
    for (output, probability) in zip(outputs, outcome.probabilities(of: outputs.map(\.value))) {
      levels[output.key] = Double(probability)
    }
    for (name, sites) in members.features where !sites.isEmpty {
      let activations = outcome.activations(of: sites)
      levels[name] = zip(sites, activations).reduce(0) { sum, pair in
        sum + Double((members.values[pair.0] ?? 0) < 0 ? -pair.1 : pair.1)
      }
    }
    return levels
  }

  private func point(
    _ strength: Double, _ outcome: InterventionOutcome, _ before: [String: Double], _ donor: StudyPrompt?
  ) -> StudyReport.CurvePoint {
    let answers = [prompt.answer, donor?.answer].map { token in
      token.map { Double(outcome.probabilities(of: [$0])[0]) }
    }
    let after = levels(outcome)
    let shares = before.filter { $0.value > 0 && members.outputs[$0.key] == nil }.map { name, value in
      (name, (after[name] ?? 0) / value)
    }
    return .init(
      strength: strength, answer: answers[0] ?? 0, donor: answers[1],
      supernodes: Dictionary(uniqueKeysWithValues: shares))
  }

  /// The changes of the parts of the model that an intervention asks for; empty where a supernode that it names has no
  /// nodes.
  private func changes(
    _ intervention: StudyIntervention, _ donor: (StudyPrompt, PromptMembers)?, factor: Double,
    strength: Double
  ) -> [Intervention] {
    var set: [FeatureSite: InterventionChange] = [:]
    var tokens: [Intervention] = []
    for change in intervention.changes {
      guard let rule = plan.study.supernodes.first(where: { $0.name == change.supernode }) else { continue }
      let own = members.features[rule.name] ?? []
      switch change.action {
      case .scale:
        guard !members.isEmpty(rule.name) else { return [] }
        for site in own where set[site] == nil { set[site] = .scale(Float(factor)) }
        tokens += (members.tokens[rule.name] ?? []).map {
          Intervention(.token, at: .at($0), .scale(Float(factor)))
        }
      case .swap:
        let taken = donor.map { brought(rule, $0.0, $0.1) } ?? [:]
        guard !taken.isEmpty else { return [] }
        for site in own { set[site] = .scale(0) }
        for (site, value) in taken { set[site] = .set(value * Float(strength)) }
      case .inject:
        let given = injected(rule)
        guard !given.isEmpty else { return [] }
        for (site, value) in given { set[site] = .set(value * Float(strength)) }
      }
    }
    return set.sorted { $0.key < $1.key }.map { site, change in
      Intervention(.feature(layer: site.layer, index: site.index), at: .at(site.position), change)
    } + tokens
  }

  /// What a donor's nodes of a rule do, at the positions of this prompt that are the same places.
  private func brought(
    _ rule: SupernodeRule, _ donor: StudyPrompt, _ donated: PromptMembers
  ) -> [FeatureSite: Float] {
    let (from, to) = (donor.slots(rule.places), prompt.slots(rule.places))
    var target: [Int: Int] = [:]
    for (source, goal) in zip(from, to) {
      for (position, place) in zip(source.reversed(), goal.reversed()) where target[position] == nil {
        target[position] = place
      }
    }
    var brought: [FeatureSite: Float] = [:]
    for site in donated.features[rule.name] ?? [] {
      guard let position = target[site.position], let value = donated.values[site] else { continue }
      brought[FeatureSite(layer: site.layer, position: position, index: site.index)] = value
    }
    return brought
  }

  /// The features that a rule names, as active as on its probe prompts, at its places; in a rule for all positions at the last.
  private func injected(_ rule: SupernodeRule) -> [FeatureSite: Float] {
    guard let found = plan.rules[rule.name] else { return [:] }
    let positions = rule.places == [.all] ? [prompt.tokens.count - 1] : prompt.positions(rule.places)
    var levels = (found.numbers[""] ?? []).compactMap { number in found.levels[number].map { (number, $0) } }
    if let most = rule.most {
      levels = Array(levels.sorted { ($1.1.magnitude, $0.0) < ($0.1.magnitude, $1.0) }.prefix(most))
    }
    levels = plan.othersAsActive(levels, seed: plan.seed)
    var result: [FeatureSite: Float] = [:]
    for (number, level) in levels {
      let feature = plan.activity.feature(ofNumber: number)
      for position in positions where position > 0 {
        result[FeatureSite(layer: feature.layer, position: position, index: feature.index)] = level
      }
    }
    return result
  }
}

extension StudyPlan {
  /// For each number another feature of its layer, drawn at random, with the number's level.
  func othersAsActive(_ levels: [(Int, Float)], seed: UInt64) -> [(Int, Float)] {
    guard control == .randomFeatures else { return levels }
    var random = SplitMix64(seed: seed ^ 0x11d)
    return levels.map { number, level in
      let layer = activity.feature(ofNumber: number).layer
      let index = Int.random(in: 0..<activity.basis.featureCount(layer: layer), using: &random)
      return (activity.numbers(layer: layer, index: index).first ?? number, level)
    }
  }
}
