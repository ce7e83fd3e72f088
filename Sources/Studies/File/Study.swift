/// A declared experiment: what is asked, of which models, on which prompts, and what would be an answer.
///
/// A study is written as a file (Documentation/Studies.md) and holds nothing of any model.
public struct Study: Sendable, Hashable, Codable {
  /// What it is called on the command line, such as `two-hop`.
  public var name: String
  /// What stands above its report.
  public var title: String
  /// What it asks.
  public var question: String
  /// Where the question comes from; nil for nowhere.
  public var source: String?
  /// The models that it suits, the usual one first.
  public var models: [SuitedModel]
  /// What the models read.
  public var prompts: [PromptSet]
  /// What a model must be able to do, set by set; the first set is the one that hypotheses are about unless they say otherwise.
  public var behaviours: [BehaviourGate]
  /// Groups of nodes, by rules.
  public var supernodes: [SupernodeRule]
  /// What is changed in the running model.
  public var interventions: [StudyIntervention]
  /// What is claimed.
  public var hypotheses: [Hypothesis]
  /// What is drawn; empty for what suits the hypotheses.
  public var figures: [StudyFigure]
  /// How graphs are made.
  public var graph: GraphSettings
  /// The fewest prompts on which a hypothesis is judged.
  public var least: Int

  /// A model that a study suits, with the features to see it through.
  public struct SuitedModel: Sendable, Hashable, Codable {
    /// As for `--model`.
    public var model: String
    /// As for `--transcoders`, the best first; the first set that is on the machine is taken.
    public var transcoders: [String]

    /// Names a model.
    public init(model: String, transcoders: [String] = []) {
      self.model = model
      self.transcoders = transcoders
    }
  }

  /// How graphs are made.
  public struct GraphSettings: Sendable, Hashable, Codable {
    /// The most features whose inputs are computed.
    public var features = 1000
    /// The share of influence that pruning keeps.
    public var nodes = 0.8
    /// The share of edge scores that pruning keeps.
    public var edges = 0.98

    /// The defaults.
    public init() {}
  }
}

/// What a model must do on a set of prompts before anything else is asked.
public struct BehaviourGate: Sendable, Hashable, Codable {
  /// How a continuation is judged.
  public enum Judgement: String, Sendable, Hashable, Codable, CaseIterable {
    /// The most probable next token is the answer's first.
    case top
    /// The continuation starts with the answer.
    case starts
    /// The continuation contains the answer.
    case contains
    /// The first line of the continuation ends in the answer.
    case lineEnds = "line-ends"
    /// The most probable next token is not the answer's first: what is asked about is a mistake.
    case mistaken
  }

  /// The set of prompts.
  public var prompts: String
  /// The share of prompts that must be answered rightly; below it nothing can be tested.
  public var share: Double
  /// How answers are judged.
  public var judgement: Judgement
  /// How many tokens a continuation has.
  public var tokens: Int
  /// The texts that are right, any of them; empty for the column `answer`.
  public var answers: [TextTemplate]

  /// Describes a gate.
  public init(
    prompts: String, share: Double, judgement: Judgement = .top, tokens: Int = 8, answers: [TextTemplate] = []
  ) {
    self.prompts = prompts
    self.share = share
    self.judgement = judgement
    self.tokens = tokens
    self.answers = answers
  }
}

/// A figure of a report.
public struct StudyFigure: Sendable, Hashable, Codable {
  /// What is drawn.
  public enum Content: Sendable, Hashable, Codable {
    /// The shares of some hypotheses as bars with their intervals.
    case bars([String])
    /// What an intervention does at each of its strengths.
    case curve(String)
  }

  /// What stands above it.
  public var title: String
  /// What is drawn.
  public var content: Content

  /// Describes a figure.
  public init(title: String, content: Content) {
    self.title = title
    self.content = content
  }
}
