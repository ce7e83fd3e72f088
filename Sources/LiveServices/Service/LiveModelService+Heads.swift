import Attribution
import CircuitGraphs
import ReplacementModels
import Synchronization
import Transcoders
import Transformers
public import Viewer

extension LiveModelService {
  /// The heads that an edge is told of at most.
  private static let headCount = 24

  /// Divides an edge over the attention heads that carry it.
  ///
  /// 1. The prompt's local replacement model is made again, or taken from the last request.
  /// 2. The graph must be one of this model and this prompt.
  /// 3. What the loadings sum to must be the edge's weight; else the graph was made in other features.
  public func heads(_ request: HeadsRequest) throws(APIError) -> HeadsAnswer {
    let opened = try shelf.open(request.subject.model)
    let tokens = try tokens(of: request.subject, opened, code: .cannotRun)
    let set = try shelf.transcoders(request.subject.transcoders, for: opened)
    let (graph, layout) = (request.graph, request.graph.layout)
    // 2.
    guard layout.layerCount == opened.model.transformer.configuration.layerCount,
      layout.positionCount == tokens.count, layout.logitCount > 0
    else {
      throw APIError(
        .cannotRun, "The graph is not one of this model and this prompt: trace the prompt again.")
    }
    let targets = try targets(graph, opened)
    // 1.
    let local = try local(opened, set, tokens)
    let known = Set(
      local.features.sites.map { FeatureNode(layer: $0.layer, position: $0.position, index: $0.index) })
    guard layout.features.allSatisfy(known.contains) else {
      throw APIError(.cannotRun, "The graph has features that are not active on its prompt: trace it again.")
    }
    let edge = GraphEdge(from: request.source, to: request.target)
    guard let loading = HeadAttributor(local, graph: graph, targets: targets).loadings(of: [edge]).first
    else {
      throw APIError(.failed, "The edge has no loadings.")
    }
    // 3.
    try LiveModelService.check(loading, edge, graph)
    return HeadsAnswer(
      weight: loading.weight, direct: loading.direct, several: loading.several,
      through: loading.strongest(LiveModelService.headCount).map {
        .init(layer: $0.layer, head: $0.head, through: $0.through, single: $0.single)
      })
  }

  private static func check(_ loading: HeadLoadings, _ edge: GraphEdge, _ graph: AttributionGraph)
    throws(APIError)
  {
    guard let source = graph.layout.index(of: edge.source), let target = graph.layout.index(of: edge.target)
    else {
      throw APIError(.noSuchNode, "The graph has no such edge.")
    }
    let weight = graph.edges.weight(row: target, column: source)
    guard abs(loading.weight - weight) <= 0.01 * max(abs(weight), 1e-3) else {
      throw APIError(
        .cannotRun,
        "The edge's parts do not sum to its weight: the graph was traced in other features, or its error node stands for more."
      )
    }
  }

  /// The directions of a graph's outputs.
  private func targets(
    _ graph: AttributionGraph, _ opened: ModelShelf.Opened
  ) throws(APIError) -> [AttributionTarget] {
    let transformer = opened.model.transformer
    let ids = graph.logits.map(\.vocabularyIndex)
    guard ids.allSatisfy({ (0..<transformer.configuration.dVocab).contains($0) }) else {
      throw APIError(.cannotRun, "Heads are not told of graphs that explain the difference of two tokens.")
    }
    let chooser = TargetChooser(
      transformer, logits: [Float](repeating: 0, count: transformer.configuration.dVocab)
    ) { "\($0)" }
    return chooser.tokens(ids)
  }

  /// The prompt's local replacement model; the last one is kept.
  private func local(
    _ opened: ModelShelf.Opened, _ set: TranscoderSet?, _ tokens: [Int]
  ) throws(APIError) -> LocalReplacementModel {
    guard let set else {
      throw APIError(.cannotRun, "Heads are told of graphs of transcoders; this one was traced in neurons.")
    }
    let key = LiveModelService.key(opened, set, tokens)
    if let known = locals.withLock({ $0[key] }) { return known }
    do {
      let local = try LocalReplacementModel(opened.model.transformer, set, tokens: tokens)
      locals.withLock { $0 = [key: local] }
      return local
    } catch { throw APIError(.cannotRun, error.description) }
  }
}
