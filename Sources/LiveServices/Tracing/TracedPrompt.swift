public import Attribution
public import CircuitGraphs
public import Foundation
public import GraphFiles
import ModelFiles
public import ReplacementModels

/// What a trace gave.
public struct TracedPrompt: Sendable {
  /// How it was traced.
  public let settings: TraceSettings
  /// The prompt's local replacement model.
  public let local: LocalReplacementModel
  /// The whole graph.
  public let attribution: AttributionResult
  /// The outputs that were traced, in the graph's order.
  public let targets: [AttributionTarget]
  /// The scores of the whole graph.
  public let scores: GraphScores
  /// The graph after pruning.
  public let pruned: PrunedGraph
  /// Labels of the pruned graph's features.
  public let labels: FeatureLabels
  /// The transcoders' name, or `neurons`.
  public let transcoderName: String
  /// Whether the features are the model's own neurons.
  public let usesNeurons: Bool
  /// The prompt's text, markers included.
  public let prompt: String
  /// The prompt's tokens and the most probable next ones.
  public let next: NextTokens
  /// How long each phase took.
  public let seconds: PhaseClock
}

extension TracedPrompt {
  /// The graph's file.
  ///
  /// - Parameters:
  ///   - slug: Its name.
  ///   - model: What people call the model.
  ///   - program: Who made it.
  ///   - heads: How edges run through attention heads, for any of them.
  ///   - seconds: How long it took altogether.
  public func file(
    slug: Slug, model: String, program: GraphInfo.Generator, heads: [GraphEdge: LinkHeads] = [:],
    seconds: Double
  ) -> GraphFile {
    var metadata = GraphMetadata(
      slug: slug, transcoderSetID: transcoderName, prompt: prompt, promptTokens: next.tokens.map(\.piece))
    metadata.info = GraphInfo(
      generator: program, createTimeMilliseconds: Int(Date().timeIntervalSince1970 * 1000))
    let attribution = settings.attribution(neurons: usesNeurons)
    metadata.generationSettings = GenerationSettings(
      maxLogits: settings.maxLogits, logitMass: Double(settings.logitMass), batchSize: attribution.roundSize,
      maxFeatureNodes: attribution.maxFeatureNodes)
    metadata.other["microscope"] = facts(model: model, seconds: seconds)
    return GraphFile(pruned, metadata: metadata, heads: heads) {
      settings.isCircuitTracers ? "" : labels[$0]
    }
  }

  /// Writes a graph's file, and beside it the condensed graph from which the page prunes again; nothing is left behind
  /// when one cannot be written.
  ///
  /// - Returns: The file.
  @discardableResult
  public func write(_ file: GraphFile, to folder: URL) throws -> URL {
    let place = folder.appending(component: try Slug(file.metadata.slug).fileName)
    let beside = CondensedGraphFile.place(beside: place)
    do {
      if settings.isCircuitTracers {
        // What the page pruned by the paper's rule would not be this tool's graph; an older one is of another graph.
        try? FileManager.default.removeItem(at: beside)
      } else {
        try CondensedGraphFile(attribution.graph.condensed()).write(to: beside.path)
      }
      try file.write(to: folder)
      try GraphIndex.update(in: folder) { $0.add(file.metadata) }
      return place
    } catch {
      for file in [place, beside] { try? FileManager.default.removeItem(at: file) }
      throw error
    }
  }

  /// What the page shows about a trace besides the graph.
  private func facts(model: String, seconds: Double) -> JSONValue {
    let next = next.logits.map {
      JSONValue.object(["token": .string($0.piece), "probability": .number(Double($0.probability))])
    }
    return .object([
      "model": .string(model), "transcoders": .string(transcoderName), "logits": .array(next),
      "replacementScore": .number(scores.replacement), "completenessScore": .number(scores.completeness),
      "seconds": .number(seconds), "nodeCount": .integer(pruned.keptNodes.count),
      "edgeCount": .integer(pruned.edges.entryCount),
      "activeFeatureCount": .integer(attribution.activeFeatureCount),
      "expandedFeatureCount": .integer(attribution.graph.layout.features.count),
      "coverage": .number(attribution.coverage),
    ])
  }
}
