import CircuitGraphs
import Foundation
public import GraphFiles
import Interventions
import Synchronization
import Tokenizers
import Transcoders
import Transformers
public import Viewer

extension LiveModelService {
  /// The most runs of a sweep.
  private static let sweepLimit = 41

  /// Runs an experiment; returns what it showed, as JSON.
  public func intervene(
    _ request: InterveneRequest, progress: (JobProgress) -> Bool
  ) throws(APIError) -> JSONValue {
    try LiveModelService.ensure(progress(JobProgress(phase: "load")))
    let opened = try shelf.open(request.subject.model)
    let tokens = try tokens(of: request.subject, opened, code: .cannotIntervene)
    let set = try shelf.transcoders(request.subject.transcoders, for: opened)
    let asked = try LiveModelService.asked(request, tokens, opened)
    let key = LiveModelService.key(opened, set, tokens)
    var session = sessions.withLock { $0[key] } ?? LiveModelService.session(opened, set)
    session.graph = try LiveModelService.graph(request, session.basis, positionCount: tokens.count)
    do {
      let response = try session.respond(to: asked) { progress(JobProgress($0)) }
      let kept = session
      sessions.withLock { $0 = [key: kept] }
      return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(response))
    } catch InterventionError.cancelled {
      throw APIError(.cancelled, "It was cancelled.")
    } catch { throw APIError(.cannotIntervene, "\(error)") }
  }

  private static func session(_ opened: ModelShelf.Opened, _ set: TranscoderSet?) -> InterventionSession {
    let tokenizer = opened.model.tokenizer
    let basis: any SteerableBasis = set ?? ModelNeurons(opened.model.transformer)
    return InterventionSession(
      opened.model.transformer, basis, stops: opened.model.endTokens, decode: { tokenizer.decode($0) })
  }

  /// The graph, when it is one of this prompt in these features.
  private static func graph(
    _ request: InterveneRequest, _ basis: any SteerableBasis, positionCount: Int
  ) throws(APIError) -> InterventionSession.Graph? {
    guard let graph = request.graph else { return nil }
    let fits = graph.layout.features.allSatisfy {
      $0.layer < basis.layerCount && $0.index < basis.featureCount(layer: $0.layer)
    }
    guard fits, graph.layout.positionCount <= positionCount, graph.layout.layerCount <= basis.layerCount
    else {
      throw APIError(
        .cannotIntervene,
        "The graph is not one of this prompt in these features: choose the model that it was traced in.")
    }
    let groups = request.groups.map { Supernode(name: $0.label, members: $0.members) }
    return InterventionSession.Graph(graph: graph, supernodes: groups)
  }

  /// The request as the engine takes it.
  private static func asked(
    _ request: InterveneRequest, _ tokens: [Int], _ opened: ModelShelf.Opened
  ) throws(APIError) -> InterventionRequest {
    var asked = InterventionRequest(tokens: tokens)
    for text in request.changes {
      guard let change = Intervention(text) else {
        throw APIError(
          .badRequest, "'\(text.prefix(60))' cannot be read: write such as \(Intervention.example).")
      }
      asked.interventions.append(change)
    }
    for (node, factor) in request.nodes {
      asked.interventions.append(try intervention(node, factor))
    }
    asked.supernodes = request.groups.compactMap { group in
      group.factor.map { .init(supernode: group.label, factor: $0) }
    }
    if let constrain = request.constrain {
      guard constrain.count == 2, constrain[0] >= 0, constrain[0] <= constrain[1] else {
        throw APIError(.badRequest, "constrain is a first and a last layer, such as [0, 12].")
      }
      asked.constrain = constrain
    }
    asked.freezeAttention = request.freezesAttention
    asked.watch = try watched(request.watch, opened)
    asked.generation = try generation(request.generation, tokens, opened)
    asked.sweep = try sweep(request.sweep)
    return asked
  }

  private static func intervention(_ node: Node, _ factor: Float) throws(APIError) -> Intervention {
    switch node {
    case .feature(let feature):
      Intervention(
        .feature(layer: feature.layer, index: feature.index), at: .at(feature.position), .scale(factor))
    case .error(let layer, let position):
      Intervention(.error(layer: layer), at: .at(position), .scale(factor))
    case .token(let position): Intervention(.token, at: .at(position), .scale(factor))
    case .logit: throw APIError(.badRequest, "An output cannot be scaled: it is what the model says.")
    }
  }

  private static func watched(_ watch: [LiveToken], _ opened: ModelShelf.Opened) throws(APIError) -> [Int] {
    var ids: [Int] = []
    for token in watch {
      switch token {
      case .id(let id): ids.append(id)
      case .text(let text):
        do throws(PromptError) { ids.append(try opened.model.tokenID(text)) } catch {
          throw APIError(.badRequest, error.description)
        }
      }
    }
    return ids
  }

  private static func generation(
    _ asked: InterveneRequest.Generation?, _ tokens: [Int], _ opened: ModelShelf.Opened
  ) throws(APIError) -> InterventionRequest.Generation? {
    guard let asked else { return nil }
    let temperature = asked.temperature ?? 0
    guard temperature == 0 || temperature >= 0.01, asked.topP ?? 1 > 0 else {
      throw APIError(.badRequest, "generate.temperature is 0 or from 0.01 to 100, generate.topP above 0.")
    }
    let context = opened.model.transformer.configuration.contextLength
    guard tokens.count + asked.count <= context else {
      throw APIError(.badRequest, "The model reads at most \(context) tokens: generate fewer.")
    }
    return .init(count: asked.count, temperature: temperature, topP: asked.topP ?? 1, seed: asked.seed ?? 0)
  }

  private static func sweep(_ text: String?) throws(APIError) -> Sweep? {
    guard let text else { return nil }
    guard let sweep = Sweep(text) else {
      throw APIError(.badRequest, "'\(text.prefix(60))' is no sweep: write such as \(Sweep.example).")
    }
    let count =
      switch sweep {
      case .factor(let factors): factors.count
      case .endLayer(let layers): layers.count
      }
    guard count <= sweepLimit else {
      throw APIError(.badRequest, "A sweep has at most \(sweepLimit) runs, not \(count): take larger steps.")
    }
    return sweep
  }
}

extension JobProgress {
  fileprivate init(_ progress: InterventionProgress) {
    switch progress {
    case .clean: self.init(phase: "clean")
    case .runs(let done, let count): self.init(phase: "runs", done: done, total: count)
    case .token: self.init(phase: "text")
    }
  }
}
