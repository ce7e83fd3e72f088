/// An experiment on a prompt, as a plain value: what the command line and the page ask the engine for.
///
/// Its JSON has the same keys; changes are written as on the command line, such as `"12/845@-1=x-2"`.
public struct InterventionRequest: Hashable, Sendable, Codable {
  /// A change of all members of a supernode.
  public struct SupernodeChange: Hashable, Sendable, Codable {
    /// The supernode's name in the graph.
    public var supernode: String
    /// The factor of its members' clean activations.
    public var factor: Float

    /// Scales a supernode.
    public init(supernode: String, factor: Float) {
      self.supernode = supernode
      self.factor = factor
    }
  }

  /// Activations taken over from another prompt.
  public struct Donor: Hashable, Sendable, Codable {
    /// The donor prompt's tokens.
    public var tokens: [Int]
    /// Which activations, and where they go.
    public var copies: [DonorCopy]
    /// How a position without a given counterpart is found.
    public var mapping: PositionMapping

    /// Names a donor.
    public init(tokens: [Int], copies: [DonorCopy], mapping: PositionMapping) {
      self.tokens = tokens
      self.copies = copies
      self.mapping = mapping
    }
  }

  /// How the prompt is continued.
  public struct Generation: Hashable, Sendable, Codable {
    /// The most tokens to add.
    public var count: Int
    /// 0 for the most probable token each time.
    public var temperature: Float
    /// Draws come from the most probable tokens that together reach this probability.
    public var topP: Float
    /// The seed of the draws.
    public var seed: UInt64

    /// Describes a continuation.
    public init(count: Int, temperature: Float = 0, topP: Float = 1, seed: UInt64 = 0) {
      self.count = count
      self.temperature = temperature
      self.topP = topP
      self.seed = seed
    }
  }

  /// The prompt's tokens.
  public var tokens: [Int]
  /// The changes.
  public var interventions: [Intervention] = []
  /// Changes of supernodes of the graph.
  public var supernodes: [SupernodeChange] = []
  /// A donor prompt.
  public var donor: Donor?
  /// The layers whose MLPs are clamped, first and last; nil for none.
  public var constrain: [Int]?
  /// Whether attention patterns are kept when no layers are clamped.
  public var freezeAttention = true
  /// The tokens whose logits to watch besides the most probable ones.
  public var watch: [Int] = []
  /// How to continue the prompt; nil for not at all.
  public var generation: Generation?
  /// What to vary; nil for one run.
  public var sweep: Sweep?

  /// Asks for nothing yet.
  public init(tokens: [Int]) { self.tokens = tokens }

  /// How changes spread.
  public var patching: Patching {
    guard let constrain, constrain.count == 2, constrain[0] <= constrain[1] else {
      return .iterative(freezesAttention: freezeAttention)
    }
    return .constrained(constrain[0]...constrain[1])
  }
}
