/// What a specimen must be able to do, as a share of held-out trials that it gets right.
public struct Behaviour: Sendable {
  /// What it is called, such as `compositions`.
  public let name: String
  /// What is asked, and how an answer is judged, in one sentence.
  public let summary: String
  /// The share of trials that must be right, 0…1.
  public let required: Double
  /// How many trials make a score.
  public let trialCount: Int
  /// The trial of a number; one number and seed always give the same trial.
  public let trial: @Sendable (_ index: Int, _ seed: UInt64) -> BehaviourTrial

  /// Describes a behaviour.
  public init(
    _ name: String, _ summary: String, required: Double, trialCount: Int = 400,
    trial: @escaping @Sendable (_ index: Int, _ seed: UInt64) -> BehaviourTrial
  ) {
    self.name = name
    self.summary = summary
    self.required = required
    self.trialCount = trialCount
    self.trial = trial
  }
}

/// A prompt whose continuation is judged.
public struct BehaviourTrial: Sendable {
  /// The tokens to read.
  public let prompt: [Int]
  /// How many tokens are to be written, each the most probable one.
  public let length: Int
  /// Whether the tokens written are right.
  public let isRight: @Sendable ([Int]) -> Bool

  /// A trial that a rule judges.
  public init(prompt: [Int], length: Int = 1, isRight: @escaping @Sendable ([Int]) -> Bool) {
    self.prompt = prompt
    self.length = length
    self.isRight = isRight
  }

  /// A trial with one right continuation.
  public init(prompt: [Int], continuation: [Int]) {
    self.init(prompt: prompt, length: continuation.count) { $0 == continuation }
  }
}

/// What a model scores in a behaviour.
public struct BehaviourScore: Sendable, Hashable, Codable {
  /// The behaviour's name.
  public var name: String
  /// The share that is required.
  public var required: Double
  /// The share that was reached.
  public var reached: Double
  /// The number of trials.
  public var trialCount: Int

  /// Whether enough trials were right.
  public var isReached: Bool { reached >= required }
}
