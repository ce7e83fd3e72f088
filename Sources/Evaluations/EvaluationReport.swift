public import FeatureDashboards
public import TranscoderTraining

/// What was measured of several bases of one model.
public struct EvaluationReport: Sendable, Codable {
  /// One basis.
  public struct Basis: Sendable, Codable {
    /// The set's name, or "neurons".
    public var name: String
    /// How the set stands for the MLPs on text; nil where no text was read, and for neurons, which are the MLPs.
    public var text: TranscoderEvaluation?
    /// The scores of each prompt's graphs; empty without a suite.
    public var graphs: [PromptScores]
    /// How well the labels of its features tell where they are active; nil where that was not asked or there are none.
    public var labels: InterpretabilitySummary?

    /// Names a basis.
    public init(
      name: String, text: TranscoderEvaluation? = nil, graphs: [PromptScores] = [],
      labels: InterpretabilitySummary? = nil
    ) {
      self.name = name
      self.text = text
      self.graphs = graphs
      self.labels = labels
    }

    /// The mean over prompts of a score, for each number of nodes.
    public func means(_ score: (PromptScores.Point) -> Double) -> [Double] {
      (0..<(graphs.first?.points.count ?? 0)).map { place in
        graphs.reduce(0) { $0 + score($1.points[place]) } / Double(graphs.count)
      }
    }

    /// The standard error of such a mean.
    public func standardErrors(_ score: (PromptScores.Point) -> Double) -> [Double] {
      zip(means(score), 0...).map { mean, place in
        let squares = graphs.reduce(0) { sum, prompt in
          let deviation = score(prompt.points[place]) - mean
          return sum + deviation * deviation
        }
        return (squares / Double(max(1, graphs.count - 1)) / Double(graphs.count)).squareRoot()
      }
    }
  }

  /// What people call the model.
  public var model: String
  /// The suite's name; nil without one.
  public var suite: String?
  /// The numbers of features that were expanded.
  public var nodeCounts: [Int]
  /// The bases, in the order asked for.
  public var bases: [Basis]

  /// Begins a report.
  public init(model: String, suite: String?, nodeCounts: [Int], bases: [Basis] = []) {
    self.model = model
    self.suite = suite
    self.nodeCounts = nodeCounts
    self.bases = bases
  }
}
