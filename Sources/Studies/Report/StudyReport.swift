public import Interventions

/// What a study found on a model.
public struct StudyReport: Sendable, Codable {
  /// How a hypothesis ends.
  public enum Verdict: String, Sendable, Codable {
    /// The measured value reaches what was claimed.
    case held
    /// It does not.
    case failed
    /// There was too little to judge by.
    case untestable = "not testable here"
  }

  /// A hypothesis and what was measured.
  public struct Finding: Sendable, Codable {
    /// The hypothesis' name.
    public var name: String
    /// The same with reasons.
    public var claim: String?
    /// What was measured, in words, such as `share of prompts whose pruned graph has ‘state’`.
    public var measure: String
    /// Held, failed, or not testable here.
    public var verdict: Verdict
    /// Why it is not testable here; nil where it is.
    public var reason: String?
    /// The value; nil where there is none.
    public var value: Double?
    /// Its 95% confidence interval: Wilson's for shares, a bootstrap with a fixed seed for means.
    public var interval: [Double]?
    /// What was claimed of it.
    public var threshold: Double
    /// Whether the value must not exceed the threshold, rather than reach it.
    public var isUpperBound: Bool
    /// On how many prompts.
    public var count: Int
    /// Whether the value is a share of prompts, and so at home in a chart of bars.
    public var isShare: Bool
  }

  /// What the model did on a set of prompts.
  public struct Behaviour: Sendable, Codable {
    /// The set.
    public var prompts: String
    /// How many were answered rightly.
    public var answered: Rate
    /// The share that was required.
    public var required: Double
    /// A few prompts with what was said.
    public var examples: [Example]

    /// Whether enough were.
    public var isThere: Bool { answered.share >= required }
  }

  /// A prompt and what the model said.
  public struct Example: Sendable, Codable, Hashable {
    /// The prompt's end.
    public var prompt: String
    /// What should be said.
    public var answer: String
    /// What was said.
    public var said: String
    /// Whether that counts as right.
    public var isRight: Bool
  }

  /// A supernode of the diagram.
  public struct DrawnNode: Sendable, Codable, Hashable {
    /// Its name.
    public var name: String
    /// The share of prompts whose pruned graph has it.
    public var share: Double
    /// The mean number of its nodes there.
    public var members: Double
    /// The mean layer of its nodes: −1 for tokens, the number of layers for outputs.
    public var layer: Double
  }

  /// An edge of the diagram: the mean share of the target's input that comes from the source, signed.
  public struct DrawnEdge: Sendable, Codable, Hashable {
    /// The supernode that acts.
    public var from: String
    /// The supernode that is acted upon.
    public var to: String
    /// Over the prompts that have both.
    public var weight: Double
    /// How many these are.
    public var count: Int
  }

  /// How much of the computation the graphs captured, in the mean over prompts.
  public struct Captured: Sendable, Codable, Hashable {
    /// The replacement score.
    public var replacement: Double
    /// The completeness score.
    public var completeness: Double
    /// The number of features with inputs.
    public var features: Double
    /// Over how many graphs.
    public var count: Int
  }

  /// What the graphs of a set of prompts show.
  public struct SetGraphs: Sendable, Codable, Hashable {
    /// The set.
    public var prompts: String
    /// The supernodes of the diagram.
    public var nodes: [DrawnNode]
    /// The edges of the diagram.
    public var edges: [DrawnEdge]
    /// How much the graphs captured.
    public var captured: Captured
  }

  /// What an intervention did at one strength.
  public struct CurvePoint: Sendable, Codable, Hashable {
    /// The strength or factor.
    public var strength: Double
    /// The mean probability of the prompt's own answer.
    public var answer: Double
    /// The mean probability of the donor's answer; nil without donors.
    public var donor: Double?
    /// The mean of each supernode's activation as a share of what it was, by name.
    public var supernodes: [String: Double]
  }

  /// An intervention's sweep.
  public struct Curve: Sendable, Codable {
    /// The intervention.
    public var intervention: String
    /// What varies: `strength` or `factor`.
    public var axis: String
    /// The points, in rising order.
    public var points: [CurvePoint]
    /// Where the answer and the donor's answer change places; nil where they do not.
    public var crossover: Double?
  }

  /// The study.
  public var study: Study
  /// What people call the model.
  public var model: String
  /// What people call the features.
  public var basis: String
  /// The control that was run in its place; nil for none.
  public var control: StudyControl?
  /// The seed of all draws.
  public var seed: UInt64
  /// What the model did.
  public var behaviours: [Behaviour]
  /// How many features each rule found over the probe prompts; of values, in the mean.
  public var supernodeSizes: [String: Double]
  /// What the graphs show, of each set of prompts whose graphs were made.
  public var graphs: [SetGraphs]
  /// The sweeps.
  public var curves: [Curve]
  /// The hypotheses, in the study's order.
  public var findings: [Finding]
  /// The command that makes this report.
  public var command: String

  /// How many hypotheses ended so.
  public func count(_ verdict: Verdict) -> Int { findings.count { $0.verdict == verdict } }
}

/// The same study made so that it must fail.
public enum StudyControl: String, Sendable, Hashable, Codable, CaseIterable {
  /// What supernodes stand for is dealt out anew: columns among probe prompts, probes among their controls.
  case shuffled
  /// Each supernode's features are replaced by as many others, about as active at the same positions.
  case randomFeatures = "random-features"
}
