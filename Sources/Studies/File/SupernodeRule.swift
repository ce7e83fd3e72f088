public import FeatureDashboards

/// The rule by which the nodes of a supernode are found in each prompt.
public struct SupernodeRule: Sendable, Hashable, Codable {
  /// What its nodes are.
  public enum Kind: Sendable, Hashable, Codable {
    /// What the tokens at its places bring.
    case tokens
    /// The output token with which a text begins.
    case output(TextTemplate)
    /// The active features that pass every test.
    case features([FeatureTest])
  }

  /// The supernode's name.
  public var name: String
  /// What its nodes are.
  public var kind: Kind
  /// Where they are.
  public var places: [StudyPlace]
  /// The layers of its features; nil for all.
  public var layers: ClosedRange<Int>?
  /// The most features in a prompt, those that are most active; nil for any number.
  public var most: Int?

  /// Describes a rule.
  public init(
    name: String, kind: Kind, places: [StudyPlace] = [.all], layers: ClosedRange<Int>? = nil, most: Int? = nil
  ) {
    self.name = name
    self.kind = kind
    self.places = places
    self.layers = layers
    self.most = most
  }

  /// Whether its nodes are features.
  var isOfFeatures: Bool {
    if case .features = kind { true } else { false }
  }

  /// The column whose value in a prompt decides which features belong; nil where they are the same in all prompts.
  public var column: String? {
    guard case .features(let tests) = kind else { return nil }
    for case .encodes(let column, _) in tests { return column }
    return nil
  }
}

/// What a feature must do to belong to a supernode.
public enum FeatureTest: Sendable, Hashable, Codable {
  /// It is active on the probe prompts in which the column has this prompt's value, and silent on the others.
  case encodes(column: String, Probe)
  /// It is active on one set of probe prompts, and silent on the controls.
  case active(Probe, controls: String)
  /// Its label, examples or output tokens hold these words.
  case words(String)
  /// Among the tokens that it raises most by itself is the first one of a text.
  case promotes(TextTemplate, rank: Int)
  /// It is one of these.
  case listed([FeatureName])

  /// Where a feature is looked at, and how well it must tell.
  public struct Probe: Sendable, Hashable, Codable {
    /// The set of prompts.
    public var prompts: String
    /// Where in these prompts.
    public var places: [StudyPlace]
    /// The least F1 score of its activity as a test.
    public var score: Double

    /// Describes a probe.
    public init(prompts: String, places: [StudyPlace], score: Double) {
      self.prompts = prompts
      self.places = places
      self.score = score
    }
  }
}

/// A place in a prompt.
public enum StudyPlace: Sendable, Hashable, Codable {
  /// Every position but the first token's.
  case all
  /// A position; a negative one counts from the end.
  case index(Int)
  /// Where the template put a column: its last token; in a specimen's prompts, where the variable can be known.
  case column(String)
  /// The last token that holds a text.
  case text(String)

  /// Reads `all`, `last`, a number, `{column}`, or any other text as itself.
  public init(_ text: String) {
    if text == "all" {
      self = .all
    } else if text == "last" {
      self = .index(-1)
    } else if let number = Int(text) {
      self = .index(number)
    } else if let parts = TextTemplate(text)?.parts, parts.count == 1, case .column(let name) = parts[0] {
      self = .column(name)
    } else {
      self = .text(text)
    }
  }
}
