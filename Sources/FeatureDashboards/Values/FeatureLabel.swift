/// What a feature is called, by whom, and on what grounds.
public struct FeatureLabel: Sendable, Equatable, Codable {
  /// Who gave a label; later cases win, and a person's is never overwritten.
  public enum Origin: Sendable, Hashable, Codable {
    /// The offline rules of ``HeuristicLabel``.
    case heuristic
    /// A language model.
    case model(name: String, prompt: String)
    /// A person.
    case person
  }

  /// The label.
  public var text: String
  /// Who gave it.
  public var origin: Origin
  /// What it rests on, in words, such as `62% of its activation is on ‘Paris’ and ‘France’`.
  public var evidence: String
  /// When, in seconds since 1970.
  public var time: Double

  /// Labels a feature.
  public init(text: String, origin: Origin, evidence: String, time: Double) {
    self.text = text
    self.origin = origin
    self.evidence = evidence
    self.time = time
  }
}
