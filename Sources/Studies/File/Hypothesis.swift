/// A claim that prompts can refute.
public struct Hypothesis: Sendable, Hashable, Codable {
  /// What is measured, and how much of it is claimed.
  public enum Test: Sendable, Hashable, Codable {
    /// The supernode has nodes in the pruned graph, in at least this share of prompts.
    case exists(String, share: Double)
    /// The edge between two supernodes has this sign (1 or −1), in at least this share of prompts.
    case edge(from: String, to: String, sign: Int, share: Double)
    /// After an intervention a supernode does less, by at least this share of what it did, in the mean; of an output its
    /// probability.
    case lowers(after: String, supernode: String, by: Double)
    /// After an intervention it does more, by at least this share.
    case raises(after: String, supernode: String, by: Double)
    /// After an intervention the model says one of these texts, in at least this share of prompts.
    case gives(after: String, [TextTemplate], share: Double)
    /// After an intervention the model no longer says any of these texts, in at least this share of prompts.
    case loses(after: String, [TextTemplate], share: Double)
    /// At most this share of the influence of a supernode's nodes goes around another one, in the mean.
    case around(String, from: String, atMost: Double)
    /// Prompts of one row in two sets share more features than prompts of different rows: the Jaccard index is greater by
    /// at least this.
    case overlap(String, String, by: Double)
    /// Of what the second supernode's features get by virtual weights, at least this share comes from the first one's, and has
    /// this sign (1 or −1).
    case weights(from: String, to: String, sign: Int, by: Double)
  }

  /// What is claimed, in a few words.
  public var name: String
  /// The same with reasons; nil for none.
  public var claim: String?
  /// The set of prompts.
  public var prompts: String
  /// What is measured.
  public var test: Test
  /// Whether features must also do more than as many others that are as active at the same positions.
  public var isAgainstRandom: Bool

  /// Describes a claim.
  public init(
    name: String, claim: String? = nil, prompts: String, test: Test, isAgainstRandom: Bool = false
  ) {
    self.name = name
    self.claim = claim
    self.prompts = prompts
    self.test = test
    self.isAgainstRandom = isAgainstRandom
  }

  /// The intervention that must be made; nil for none.
  public var intervention: String? {
    switch test {
    case .lowers(let after, _, _), .raises(let after, _, _), .gives(let after, _, _),
      .loses(let after, _, _):
      after
    case .exists, .edge, .around, .overlap, .weights: nil
    }
  }
}
