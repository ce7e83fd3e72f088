package import Attribution
import CircuitGraphs
public import LinearAlgebra
package import ReplacementModels
public import Transcoders
public import Transformers

/// The features in which graphs are built.
public enum SuiteBasis: Sendable {
  /// The model's own neurons.
  case neurons
  /// Transcoders.
  case transcoders(TranscoderSet)

  /// The local replacement model of a prompt.
  ///
  /// - Parameters:
  ///   - neuronCount: The most neurons that become features.
  ///   - targets: The outputs for which neurons are chosen, by the logits of the last position.
  package func replacementModel(
    of transformer: Transformer, tokens: [Int], neuronCount: Int, targets: ([Float]) -> [AttributionTarget]
  ) throws -> LocalReplacementModel {
    switch self {
    case .transcoders(let set): return try LocalReplacementModel(transformer, set, tokens: tokens)
    case .neurons:
      return LocalReplacementModel(neuronsOf: transformer, count: neuronCount, tokens: tokens) { logits in
        targets(logits).map { OutputReading(direction: $0.direction, weight: $0.weight) }
      }
    }
  }
}

/// Scores the graphs of many prompts at growing numbers of expanded features.
///
/// The graphs explain what `trace` does by default: at most 10 outputs, up to 0.95 of the probability.
///
/// 1. Each prompt's local replacement model is built, by one worker.
/// 2. Its graph is expanded to the first number of features, scored, expanded further, scored again.
/// 3. A score counts once what was never expanded as error (the paper), and once leaves it out (circuit-tracer).
public struct GraphSuite: Sendable {
  /// How many features to expand, ascending.
  public let nodeCounts: [Int]
  private let transformer: Transformer
  private let workers: Workers

  /// Prepares a suite.
  ///
  /// - Parameter nodeCounts: At least one number, each above 0, ascending.
  public init(_ transformer: Transformer, nodeCounts: [Int], _ workers: Workers) {
    precondition(nodeCounts.first ?? 0 > 0, "numbers of nodes \(nodeCounts)")
    precondition(zip(nodeCounts, nodeCounts.dropFirst()).allSatisfy { $0 < $1 }, "\(nodeCounts) must ascend")
    self.nodeCounts = nodeCounts
    self.workers = workers
    // Each worker has a prompt of its own.
    self.transformer = Transformer(
      configuration: transformer.configuration, weights: transformer.weights, workers: Workers(count: 1))
  }

  /// Returns the scores of each prompt.
  ///
  /// - Parameters:
  ///   - prompts: Token ids as the model reads them.
  ///   - progress: Told how many prompts are done.
  public func scores(
    _ basis: SuiteBasis, _ prompts: [[Int]], progress: (Int) -> Void = { _ in }
  ) throws -> [PromptScores] {
    var all: [PromptScores] = []
    while all.count < prompts.count {
      let batch = Array(prompts[all.count..<min(all.count + 2 * workers.count, prompts.count)])
      let results = workers.map(batch) { tokens in Result { try scores(of: tokens, basis) } }
      all += try results.map { try $0.get() }
      progress(all.count)
    }
    return all
  }

  private func scores(of tokens: [Int], _ basis: SuiteBasis) throws -> PromptScores {
    let model = try basis.replacementModel(
      of: transformer, tokens: tokens, neuronCount: 4 * (nodeCounts.last ?? 0), targets: targets)
    var options = AttributionOptions(coverage: nil)
    options.roundSize = min(512, max(64, (nodeCounts.last ?? 0) / 8))
    var expansion = GraphExpansion(model, targets: targets(model.logits), options: options)
    var points: [PromptScores.Point] = []
    for count in nodeCounts {
      try expansion.expand(to: count)
      let result = expansion.result()
      points.append(
        PromptScores.Point(
          result, leftOut: GraphScores(expansion.result(unexpanded: .leftOut).graph)))
    }
    return PromptScores(tokens: tokens, activeFeatures: model.features.count, points: points)
  }

  private func targets(_ logits: [Float]) -> [AttributionTarget] {
    TargetChooser(transformer, logits: logits) { String($0) }.salient(count: 10, mass: 0.95)
  }
}

/// The scores of one prompt's graphs.
public struct PromptScores: Sendable, Codable, Equatable {
  /// The scores with some number of features expanded.
  public struct Point: Sendable, Codable, Equatable {
    /// Features that were expanded.
    public var expanded: Int
    /// The share of the influence that does not end in features without a row.
    public var coverage: Double
    /// ``GraphScores/replacement``, where what was not expanded counts as error.
    public var replacement: Double
    /// ``GraphScores/completeness``, likewise.
    public var completeness: Double
    /// The mean number of edges from tokens to outputs.
    public var pathLength: Double
    /// The replacement score with what was not expanded left out.
    public var replacementLeftOut: Double
    /// The completeness with what was not expanded left out.
    public var completenessLeftOut: Double

    init(_ result: AttributionResult, leftOut: GraphScores) {
      let scores = GraphScores(result.graph)
      expanded = result.graph.layout.features.count
      coverage = result.coverage
      replacement = scores.replacement
      completeness = scores.completeness
      pathLength = result.graph.averagePathLength()
      replacementLeftOut = leftOut.replacement
      completenessLeftOut = leftOut.completeness
    }
  }

  /// The prompt.
  public var tokens: [Int]
  /// Features active on the prompt, of neurons those that may become nodes.
  public var activeFeatures: Int
  /// One for each number of nodes.
  public var points: [Point]
}
