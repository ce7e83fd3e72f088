/// A change of the running model, in terms of supernodes.
public struct StudyIntervention: Sendable, Hashable, Codable {
  /// What is done to a supernode.
  public enum Action: Sendable, Hashable, Codable {
    /// Its nodes do a multiple of what they do: 0 suppresses them.
    case scale
    /// Its features fall silent, and those that the rule finds in a donor prompt take their place, as active as there.
    case swap
    /// The features that the rule names become as active as they are on the probe prompts where they hold.
    case inject
  }

  /// A supernode and what is done to it.
  public struct Change: Sendable, Hashable, Codable {
    /// The supernode.
    public var supernode: String
    /// What is done.
    public var action: Action

    /// Describes a change.
    public init(supernode: String, action: Action) {
      self.supernode = supernode
      self.action = action
    }
  }

  /// Its name.
  public var name: String
  /// All that is changed at once.
  public var changes: [Change]
  /// The multiple of what is scaled.
  public var factor: Double
  /// The multiple of what is brought in by swaps and injections.
  public var strength: Double
  /// The columns in which a donor must be as the prompt is.
  public var same: [String]
  /// The columns in which a donor must differ; empty for those that the swapped supernodes encode.
  public var other: [String]
  /// The set that donors come from; nil for the prompt's own.
  public var donors: String?
  /// Whether attention patterns stay those of the unmodified run.
  public var freezesAttention: Bool
  /// Further strengths, or factors where nothing is brought in, at which a figure shows what happens.
  public var sweep: [Double]

  /// Describes an intervention.
  public init(
    name: String, changes: [Change], factor: Double = 0, strength: Double = 1, same: [String] = [],
    other: [String] = [], donors: String? = nil, freezesAttention: Bool = true, sweep: [Double] = []
  ) {
    self.name = name
    self.changes = changes
    self.factor = factor
    self.strength = strength
    self.same = same
    self.other = other
    self.donors = donors
    self.freezesAttention = freezesAttention
    self.sweep = sweep
  }

  /// Whether a donor is needed.
  public var needsDonor: Bool { changes.contains { $0.action == .swap } }

  /// Whether something is brought in, so that the sweep is one of strengths.
  public var bringsIn: Bool { changes.contains { $0.action != .scale } }
}
