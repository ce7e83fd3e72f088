/// A label made without a model: what the dashboard shows, in a few words, with its evidence and a rule to check.
public struct HeuristicLabel: Sendable, Equatable {
  /// The label, such as `fires on ‘Paris’, ‘France’ · says ‘French’`.
  public var text: String
  /// The numbers that it rests on.
  public var evidence: String
  /// The rule that it states; nil when none holds.
  public var rule: TokenRule?

  /// States a label.
  public init(text: String, evidence: String, rule: TokenRule?) {
    self.text = text
    self.evidence = evidence
    self.rule = rule
  }

  /// The label for the store.
  ///
  /// - Parameter time: Seconds since 1970.
  public func label(time: Double) -> FeatureLabel {
    FeatureLabel(text: text, origin: .heuristic, evidence: evidence, time: time)
  }
}

/// Labels features by offline rules.
///
/// 1. Candidates: the tokens with the most activation, classes of tokens, the tokens just before, tokens shortly before,
///    and pairs of these.
/// 2. Each gets a recall (its share of the activation) and an estimated precision: how many of the places at which the
///    rule holds, by a sample of text, can be active ones.
/// 3. The rule with the best F1 is stated if that is good enough; else the label says that there is no simple rule, and
///    where the feature is active most.
/// 4. What the output says is added only where it is concentrated (`LogitClaim`).
public struct HeuristicLabeller: Sendable {
  private let sample: CorpusSample
  private let lexicon: Lexicon

  /// The least F1 of a rule that is stated.
  static let leastF1 = 0.35
  /// The least share of the activation with which a token is named where there is no rule.
  static let leastShare = 0.05
  /// The least number of active positions that say something.
  static let leastCount = 5

  /// Prepares the rules.
  ///
  /// - Parameter sample: Text like the corpus's; some hundred thousand tokens.
  public init(_ sample: CorpusSample, _ lexicon: Lexicon) {
    self.sample = sample
    self.lexicon = lexicon
  }

  /// Labels a feature.
  public func label(_ dashboard: FeatureDashboard) -> HeuristicLabel {
    let mass = ActivationMass(dashboard)
    guard mass.activeCount > 0 else {
      return HeuristicLabel(text: "never active in the corpus", evidence: "no active position", rule: nil)
    }
    let claim = LogitClaim(dashboard.normedLogitEffects, lexicon, sample)
    let firing = firing(dashboard, mass)
    return HeuristicLabel(
      text: ([firing.text] + (claim.map { ["says " + names($0.tokens)] } ?? [])).joined(separator: " · "),
      evidence: ([firing.evidence] + (claim.map { [$0.evidence] } ?? [])).joined(separator: "; "),
      rule: firing.rule)
  }

  /// Where the feature is active.
  private func firing(_ dashboard: FeatureDashboard, _ mass: ActivationMass) -> HeuristicLabel {
    guard mass.activeCount >= HeuristicLabeller.leastCount else {
      return HeuristicLabel(
        text: "too rare to tell: \(mostActive(mass, count: 3))",
        evidence: "active at \(mass.activeCount) positions",
        rule: nil)
    }
    let positions = Double(mass.activeCount) / max(dashboard.density, 1e-12)
    let search = RuleSearch(mass: mass, positions: positions, sample: sample, lexicon: lexicon)
    guard let best = search.best, best.f1 >= HeuristicLabeller.leastF1 else {
      return noRule(dashboard, mass)
    }
    return HeuristicLabel(text: describe(best), evidence: evidence(best), rule: best.rule)
  }

  /// What can be said without a rule.
  private func noRule(_ dashboard: FeatureDashboard, _ mass: ActivationMass) -> HeuristicLabel {
    let often = dashboard.density >= 0.1 ? "active at \(percent(dashboard.density)) of all tokens, " : ""
    let leading = mass.onTokens.prefix(3)
    guard !leading.isEmpty else {
      return HeuristicLabel(text: often + "no simple rule", evidence: "no token is known", rule: nil)
    }
    let named = leading.filter { $0.share >= HeuristicLabeller.leastShare }.map(\.token)
    let shares = leading.map { "\(lexicon.quoted($0.token)) has \(percent($0.share))" }
    return HeuristicLabel(
      text: often + "no simple rule" + (named.isEmpty ? "" : "; most on \(names(named))"),
      evidence: shares.joined(separator: ", ") + " of its activation", rule: nil)
  }

  private func mostActive(_ mass: ActivationMass, count: Int) -> String {
    names(Array(mass.onTokens.prefix(count).map(\.token)))
  }

  /// Tokens in quotes, each word once.
  private func names(_ tokens: [Int], atMost limit: Int = 4) -> String {
    var seen: Set<String> = []
    let distinct = tokens.filter { seen.insert(lexicon.word($0)).inserted }
    let more = distinct.count > limit ? " and \(distinct.count - limit) more" : ""
    return distinct.prefix(limit).map(lexicon.quoted).joined(separator: ", ") + more
  }

  private func describe(_ found: RatedRule) -> String {
    let rule = found.rule
    let some = found.precision < 0.5 ? "some " : ""
    var text = found.recall >= 0.75 ? "fires" : found.recall >= 0.5 ? "fires mostly" : "fires partly"
    if !found.tokens.isEmpty { text += " on \(some)\(names(found.tokens))" }
    if let kind = rule.kind { text += " on \(some)\(kind.plural)" }
    if !found.previous.isEmpty {
      let isBare = rule.tokens.isEmpty && rule.kind == nil
      text += (isBare && !some.isEmpty ? " sometimes" : "") + " after \(names(found.previous))"
    }
    if let earlier = rule.earlier.first {
      let isBare = rule.tokens.isEmpty && rule.kind == nil && rule.previous.isEmpty
      text +=
        (isBare && !some.isEmpty ? " sometimes" : "") + " with \(lexicon.quoted(earlier)) shortly before"
    }
    return text
  }

  private func evidence(_ found: RatedRule) -> String {
    let where_ = found.isMeasured ? "its activation" : "its examples' activation"
    return
      "\(percent(found.recall)) of \(where_) is there, and about \(percent(found.precision)) of such places activate it"
  }
}

/// A share in percent, with a digit behind the point where it is small.
func percent(_ share: Double) -> String {
  let value = 100 * share
  if value >= 10 || value == 0 { return "\(Int(value.rounded()))%" }
  if value < 0.1 { return "under 0.1%" }
  return "\((value * 10).rounded() / 10)%"
}
