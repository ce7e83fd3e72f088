/// What an experiment showed, as a plain value with a JSON form.
public struct InterventionResponse: Sendable, Codable {
  /// A token's logit and probability without and with the interventions.
  public struct Candidate: Sendable, Codable, Hashable {
    /// The token.
    public var id: Int
    /// Its text.
    public var piece: String
    /// Its logit in the unmodified run.
    public var logitBefore: Float
    /// Its logit in the modified run.
    public var logitAfter: Float
    /// Its probability in the unmodified run.
    public var probabilityBefore: Float
    /// Its probability in the modified run.
    public var probabilityAfter: Float
  }

  /// An activation without and with the interventions.
  public struct Activation: Sendable, Codable, Hashable {
    /// What was changed, in the notation of the command line.
    public var target: String
    /// Where.
    public var position: Int
    /// In the unmodified run.
    public var before: Float
    /// What its contribution was made to stand for.
    public var imposed: Float
    /// What the model itself reads there in the modified run.
    public var read: Float
  }

  /// One point of a sweep.
  public struct Point: Sendable, Codable, Hashable {
    /// The factor, or the last layer.
    public var value: Float
    /// The logits of the tokens that are watched, in their order.
    public var logits: [Float]
    /// Their probabilities.
    public var probabilities: [Float]
    /// The most probable token.
    public var top: Int
    /// Its text.
    public var topPiece: String
    /// The summed activation of each supernode, as a share of what it was.
    public var supernodes: [Float]
  }

  /// A sweep's points.
  public struct SweepResult: Sendable, Codable, Hashable {
    /// What varies.
    public var name: String
    /// The tokens that each point tells of.
    public var watched: [Watched]
    /// The supernodes that each point tells of.
    public var supernodes: [String]
    /// The runs, in order.
    public var points: [Point]
    /// Where the first two tokens change places nearest to the unmodified run, or nil.
    public var crossover: Float?
  }

  /// A token that a sweep watches.
  public struct Watched: Sendable, Codable, Hashable {
    /// The token.
    public var id: Int
    /// Its text.
    public var piece: String
  }

  /// The continuation without and with the interventions.
  public struct Text: Sendable, Codable, Hashable {
    /// The unmodified model's text.
    public var before: String
    /// The text under interventions.
    public var after: String
    /// The unmodified model's tokens.
    public var tokensBefore: [Int]
    /// The tokens under interventions.
    public var tokensAfter: [Int]
  }

  /// All changes made, those of supernodes and donors spelled out.
  public var interventions: [Intervention]
  /// The most probable tokens without and with the interventions, and those that are watched.
  public var candidates: [Candidate]
  /// The features that were changed.
  public var activations: [Activation]
  /// Beside the graph's prediction, when a graph was given.
  public var comparison: Comparison?
  /// The continuation, when one was asked for.
  public var text: Text?
  /// The sweep, when one was asked for.
  public var sweep: SweepResult?
}

/// How far an experiment has come.
public enum InterventionProgress: Sendable, Equatable {
  /// The unmodified run.
  case clean
  /// Runs with interventions: how many are done, of how many.
  case runs(done: Int, of: Int)
  /// A token of the continuation with interventions.
  case token(Int)
}
