public import Foundation
public import GraphFiles

/// A model behind the page: reads prompts, traces them, and is intervened on.
///
/// All calls block and may come from any thread. Whatever a request says, a call answers or throws; it never ends the
/// process.
public protocol LiveModel: Sendable {
  /// The models on this machine.
  func models() throws(APIError) -> [LiveModelInfo]

  /// Reads a prompt; no more than a forward pass.
  func nextTokens(_ request: NextTokensRequest) throws(APIError) -> NextTokensAnswer

  /// Finds the features that are active on a prompt.
  func activeFeatures(_ request: ActiveFeaturesRequest) throws(APIError) -> ActiveFeaturesAnswer

  /// Divides an edge over the attention heads that carry it.
  func heads(_ request: HeadsRequest) throws(APIError) -> HeadsAnswer

  /// Traces a prompt and writes its graph into a folder.
  ///
  /// - Parameter progress: Is told how far it has come; returning false cancels.
  func trace(
    _ request: TraceRequest, into folder: URL, progress: (JobProgress) -> Bool
  ) throws(APIError) -> TraceSummary

  /// Runs an experiment; returns what it showed, as JSON.
  ///
  /// - Parameter progress: Is told how far it has come; returning false cancels.
  func intervene(_ request: InterveneRequest, progress: (JobProgress) -> Bool) throws(APIError) -> JSONValue
}

/// A model that can be asked.
public struct LiveModelInfo: Encodable, Sendable, Equatable {
  /// Features that the model can be seen through.
  public struct Transcoders: Encodable, Sendable, Equatable {
    /// The id, or `neurons`.
    public var id: String
    /// Whether they are taken when none are named.
    public var isDefault: Bool

    /// Names features.
    public init(id: String, isDefault: Bool) {
      self.id = id
      self.isDefault = isDefault
    }
  }

  /// The id.
  public var id: String
  /// What it is, for people.
  public var title: String
  /// Whether it is taken when none is named.
  public var isDefault: Bool
  /// Whether it is in memory.
  public var isLoaded: Bool
  /// Whether it has a chat template; nil until it was loaded once.
  public var hasChat: Bool?
  /// Its features.
  public var transcoders: [Transcoders]

  /// Describes a model.
  public init(
    id: String, title: String, isDefault: Bool, isLoaded: Bool, hasChat: Bool?, transcoders: [Transcoders]
  ) {
    self.id = id
    self.title = title
    self.isDefault = isDefault
    self.isLoaded = isLoaded
    self.hasChat = hasChat
    self.transcoders = transcoders
  }
}

/// How far a job has come.
public struct JobProgress: Encodable, Sendable, Equatable {
  /// What is being done, in a word.
  public var phase: String
  /// How much of it is done, of how much; 0 of 0 where that is not known.
  public var done: Int
  /// How much there is to do.
  public var total: Int
  /// The share of the influence that is expanded, in a trace.
  public var coverage: Double?

  /// Describes progress.
  public init(phase: String, done: Int = 0, total: Int = 0, coverage: Double? = nil) {
    self.phase = phase
    self.done = done
    self.total = total
    self.coverage = coverage
  }
}

/// What a trace gave.
public struct TraceSummary: Codable, Sendable, Equatable {
  /// The graph's name.
  public var slug: String
  /// The nodes and edges of its file.
  public var nodeCount: Int
  /// The edges of its file.
  public var edgeCount: Int
  /// The scores of the whole graph.
  public var replacementScore: Double
  /// The completeness score of the whole graph.
  public var completenessScore: Double
  /// How long it took.
  public var seconds: Double

  /// Sums a trace up.
  public init(
    slug: String, nodeCount: Int, edgeCount: Int, replacementScore: Double, completenessScore: Double,
    seconds: Double
  ) {
    self.slug = slug
    self.nodeCount = nodeCount
    self.edgeCount = edgeCount
    self.replacementScore = replacementScore
    self.completenessScore = completenessScore
    self.seconds = seconds
  }
}
