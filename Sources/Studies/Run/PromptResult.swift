/// What was measured on one prompt.
struct PromptResult: Sendable, Codable {
  /// What the prompt's graph shows; nil where it was not traced.
  var graph: GraphResult?
  /// What each intervention did.
  var effects: [String: Effect] = [:]

  /// What a graph shows.
  struct GraphResult: Sendable, Codable {
    var replacement: Double
    var completeness: Double
    /// The features with inputs.
    var features: Int
    /// How many nodes each supernode has in the pruned graph.
    var nodes: [String: Int]
    /// The mean layer of these nodes.
    var layers: [String: Double]
    /// The supernode edges of the pruned graph.
    var edges: [Edge]
    /// For each hypothesis about a way around, the share that goes there.
    var around: [String: Double]
    /// For each hypothesis against random features, whether the supernode does more than they do.
    var beats: [String: Bool] = [:]
  }

  /// A supernode edge.
  struct Edge: Sendable, Codable {
    var from: String
    var to: String
    var weight: Double
  }

  /// What an intervention did.
  struct Effect: Sendable, Codable {
    /// Whether there was a donor, or none was needed.
    var hasDonor: Bool
    /// Whether there was something to change.
    var isMade: Bool
    /// What each supernode does in the unmodified run: of an output its probability, else its summed activation.
    var before: [String: Double] = [:]
    /// What it does in the modified run.
    var after: [String: Double] = [:]
    /// For each hypothesis about what is said, whether it is so.
    var isMet: [String: Bool] = [:]
    /// What was said.
    var said = ""
    /// The sweep.
    var points: [StudyReport.CurvePoint] = []
  }
}
