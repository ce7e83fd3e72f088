import CircuitGraphs
import Foundation
import GraphFiles

extension LiveAPI {
  private struct TraceBody: Decodable {
    var targets: [LiveToken]?
    var minus: LiveToken?
    var maxLogits: Int?
    var logitMass: Double?
    var maxFeatureNodes: Int?
    var coverage: Double?
    var nodeThreshold: Double?
    var edgeThreshold: Double?
    var slug: String?
  }

  @Sendable func trace(_ call: APICall) async throws(APIError) -> SiteResponse {
    let model = try known()
    let prompt = try call.body(PromptBody.self)
    let request = try LiveAPI.request(try call.body(TraceBody.self), try prompt.subject(graphs))
    let folder = graphs.url
    let status = try board.start(.trace, title: prompt.title, client: call.client) {
      (progress) throws(APIError) in
      try LiveAPI.value(try model.trace(request, into: folder, progress: progress))
    }
    return .json(["job": status], status: 202)
  }

  private static func request(_ body: TraceBody, _ subject: LiveSubject) throws(APIError) -> TraceRequest {
    var request = TraceRequest(subject)
    request.targets = body.targets ?? []
    request.minus = body.minus
    guard request.targets.count <= 100 else {
      throw APIError(.badRequest, "targets holds at most 100 tokens.")
    }
    guard body.minus == nil || request.targets.count == 1 else {
      throw APIError(.badRequest, "minus needs exactly one target.")
    }
    request.maxLogits = try within(body.maxLogits ?? 10, 1...1000, "maxLogits")
    request.logitMass = Float(try share(body.logitMass, "logitMass") ?? 0.95)
    request.maxFeatureNodes = try body.maxFeatureNodes.map { (count) throws(APIError) in
      try within(count, 1...100_000, "maxFeatureNodes")
    }
    request.coverage = try share(body.coverage, "coverage") ?? 0.98
    request.nodeThreshold = try share(body.nodeThreshold, "nodeThreshold")
    request.edgeThreshold = try share(body.edgeThreshold, "edgeThreshold")
    do {
      request.slug = try body.slug.map { (slug) throws(GraphFileError) in try Slug(slug).text }
    } catch { throw APIError(.badRequest, error.description) }
    return request
  }

  private static func share(_ value: Double?, _ name: String) throws(APIError) -> Double? {
    guard value.map((0...1).contains) ?? true else {
      throw APIError(.badRequest, "\(name) is a share from 0 to 1.")
    }
    return value
  }

  private struct InterveneBody: Decodable {
    struct Scaled: Decodable {
      var id: String
      var factor: Float
    }
    struct Group: Decodable {
      var label: String
      var members: [String]
      var factor: Float?
    }

    var changes: [String]?
    var nodes: [Scaled]?
    var supernodes: [Group]?
    var constrain: [Int]?
    var freezeAttention: Bool?
    var watch: [LiveToken]?
    var generate: InterveneRequest.Generation?
    var sweep: String?
  }

  @Sendable func intervene(_ call: APICall) async throws(APIError) -> SiteResponse {
    let model = try known()
    let prompt = try call.body(PromptBody.self)
    let body = try call.body(InterveneBody.self)
    var request = InterveneRequest(try prompt.subject(graphs))
    let loaded = try prompt.graph.map { (slug) throws(APIError) in try graphs.graph(slug) }
    request.graph = loaded?.richest
    try LiveAPI.take(body, loaded, into: &request)
    let asked = request
    let status = try board.start(.intervention, title: prompt.title, client: call.client) {
      (progress) throws(APIError) in try model.intervene(asked, progress: progress)
    }
    return .json(["job": status], status: 202)
  }

  private static func take(
    _ body: InterveneBody, _ loaded: LoadedGraph?, into request: inout InterveneRequest
  ) throws(APIError) {
    request.changes = body.changes ?? []
    request.constrain = body.constrain
    request.freezesAttention = body.freezeAttention ?? true
    request.watch = body.watch ?? []
    request.generation = body.generate
    request.sweep = body.sweep
    let factors = (body.nodes ?? []).map(\.factor) + (body.supernodes ?? []).compactMap(\.factor)
    guard factors.allSatisfy(\.isFinite) else {
      throw APIError(.badRequest, "A factor is not a finite number.")
    }
    if let generate = body.generate {
      _ = try within(generate.count, 1...200, "generate.count")
      guard (0...100).contains(generate.temperature ?? 0), (0...1).contains(generate.topP ?? 1) else {
        throw APIError(.badRequest, "generate.temperature is from 0 to 100, generate.topP from 0 to 1.")
      }
    }
    guard request.watch.count <= 100, request.changes.count <= 5000, body.nodes?.count ?? 0 <= 5000,
      body.supernodes?.count ?? 0 <= 200
    else {
      throw APIError(.badRequest, "These are more changes, nodes, supernodes or tokens than can be meant.")
    }
    try take(body.nodes ?? [], body.supernodes ?? [], loaded, into: &request)
    let isChanged =
      !request.changes.isEmpty || !request.nodes.isEmpty || request.groups.contains { $0.factor != nil }
    guard isChanged else {
      throw APIError(.badRequest, "Nothing is changed: give 'changes', 'nodes', or supernodes with a factor.")
    }
  }

  private static func take(
    _ nodes: [InterveneBody.Scaled], _ groups: [InterveneBody.Group], _ loaded: LoadedGraph?,
    into request: inout InterveneRequest
  ) throws(APIError) {
    guard !nodes.isEmpty || !groups.isEmpty else { return }
    guard let loaded else {
      throw APIError(.badRequest, "Nodes and supernodes are those of a graph: name it with 'graph'.")
    }
    for scaled in nodes { request.nodes.append((try loaded.node(scaled.id), scaled.factor)) }
    var names: Set<String> = []
    for group in groups {
      var name = group.label
      var number = 2
      while !names.insert(name).inserted {
        name = "\(group.label) (\(number))"
        number += 1
      }
      var members: [Node] = []
      for id in group.members { members.append(try loaded.node(id)) }
      request.groups.append(.init(label: name, members: members, factor: group.factor))
    }
  }

  /// A value as JSON.
  private static func value(_ summary: TraceSummary) throws(APIError) -> JSONValue {
    guard let data = try? JSONEncoder().encode(summary),
      let value = try? JSONDecoder().decode(JSONValue.self, from: data)
    else { throw APIError(.failed, "The trace's scores are not numbers.") }
    return value
  }
}

extension PromptBody {
  /// What people see in the list of jobs.
  var title: String {
    text ?? messages?.last?.content ?? graph ?? tokens.map { "\($0.count) tokens" } ?? ""
  }
}
