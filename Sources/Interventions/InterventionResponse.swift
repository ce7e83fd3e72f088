/// What an experiment showed, as a plain value with a JSON form.
public struct InterventionResponse: Sendable, Codable {
  /// A token's logit and probability without and with the interventions.
  public struct Candidate: Sendable, Codable, Hashable {
    public var id: Int
    public var piece: String
    public var logitBefore: Float
    public var logitAfter: Float
    public var probabilityBefore: Float
    public var probabilityAfter: Float
  }

  /// An activation without and with the interventions.
  public struct Activation: Sendable, Codable, Hashable {
    /// What was changed, in the notation of the command line.
    public var target: String
    public var position: Int
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
    public var probabilities: [Float]
    /// The most probable token.
    public var top: Int
    public var topPiece: String
    /// The summed activation of each supernode, as a share of what it was.
    public var supernodes: [Float]
  }

  /// A sweep's points, and where the two tokens that are watched first change places.
  public struct SweepResult: Sendable, Codable, Hashable {
    public var name: String
    public var watched: [Watched]
    public var supernodes: [String]
    public var points: [Point]
    public var crossover: Float?
  }

  /// A token that a sweep watches.
  public struct Watched: Sendable, Codable, Hashable {
    public var id: Int
    public var piece: String
  }

  /// The continuation without and with the interventions.
  public struct Text: Sendable, Codable, Hashable {
    public var before: String
    public var after: String
    public var tokensBefore: [Int]
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
  public var text: Text?
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
