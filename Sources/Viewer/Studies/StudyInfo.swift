/// A study that can be run.
public struct StudyInfo: Encodable, Sendable, Equatable {
  /// A model that it suits.
  public struct Model: Encodable, Sendable, Equatable {
    /// The id.
    public var id: String
    /// The features to see it through, the best first; empty for the model's own set.
    public var transcoders: [String]
    /// Whether it is on this machine.
    public var isPresent: Bool

    /// Names a model.
    public init(id: String, transcoders: [String], isPresent: Bool) {
      self.id = id
      self.transcoders = transcoders
      self.isPresent = isPresent
    }
  }

  /// A graph of one of a report's prompts.
  public struct Graph: Codable, Sendable, Equatable {
    /// The graph's name.
    public var slug: String
    /// The prompt.
    public var title: String

    /// Names a graph.
    public init(slug: String, title: String) {
      self.slug = slug
      self.title = title
    }
  }

  /// What is told of a report.
  public struct Report: Codable, Sendable, Equatable {
    /// Its name among the study's reports.
    public var id: String
    /// The model.
    public var model: String
    /// The features.
    public var transcoders: String
    /// The control that was run in the study's place; nil for none.
    public var control: String?
    /// How many hypotheses held.
    public var held: Int
    /// How many failed.
    public var failed: Int
    /// How many could not be tested.
    public var untestable: Int
    /// When it was made, in milliseconds since 1970.
    public var created: Int64
    /// The figures' files, each with what it shows.
    public var figures: [Figure]
    /// The graphs of some of its prompts.
    public var graphs: [Graph]

    /// A figure.
    public struct Figure: Codable, Sendable, Equatable {
      /// The file.
      public var file: String
      /// What it shows.
      public var title: String

      /// Names a figure.
      public init(file: String, title: String) {
        self.file = file
        self.title = title
      }
    }

    /// Describes a report.
    public init(
      id: String, model: String, transcoders: String, control: String?, held: Int, failed: Int,
      untestable: Int,
      created: Int64, figures: [Figure], graphs: [Graph]
    ) {
      self.id = id
      self.model = model
      self.transcoders = transcoders
      self.control = control
      self.held = held
      self.failed = failed
      self.untestable = untestable
      self.created = created
      self.figures = figures
      self.graphs = graphs
    }
  }

  /// The name by which it is run.
  public var name: String
  /// What stands above its reports.
  public var title: String
  /// What it asks.
  public var question: String
  /// Where the question comes from; nil for nowhere.
  public var source: String?
  /// The models that it suits, the usual one first.
  public var models: [Model]
  /// What is claimed.
  public var hypotheses: [String]
  /// Its reports, the newest first.
  public var reports: [Report]

  /// Describes a study.
  public init(
    name: String, title: String, question: String, source: String?, models: [Model], hypotheses: [String],
    reports: [Report]
  ) {
    self.name = name
    self.title = title
    self.question = question
    self.source = source
    self.models = models
    self.hypotheses = hypotheses
    self.reports = reports
  }
}

/// A run that is asked for.
public struct StudyRequest: Sendable, Equatable {
  /// The study.
  public var study: String
  /// The model; nil for the first that the study suits.
  public var model: String?
  /// The features; nil for the first of the study's that are there.
  public var transcoders: String?
  /// `shuffled` or `random-features`: the study made so that it must fail; nil for the study itself.
  public var control: String?
  /// The seed of all draws.
  public var seed: UInt64

  /// Describes a run.
  public init(
    study: String, model: String? = nil, transcoders: String? = nil, control: String? = nil, seed: UInt64 = 0
  ) {
    self.study = study
    self.model = model
    self.transcoders = transcoders
    self.control = control
    self.seed = seed
  }
}
