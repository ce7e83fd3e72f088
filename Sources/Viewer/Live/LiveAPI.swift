import CircuitGraphs
import Foundation
import GraphFiles

/// The answers of the live model.
struct LiveAPI: Sendable {
  let graphs: GraphDirectory
  let model: (any LiveModel)?
  let library: (any FeatureLibrary)?
  let board = JobBoard()
  let short = WorkLane("short", limit: 32)

  init(graphs: GraphDirectory, model: (any LiveModel)?, library: (any FeatureLibrary)?) {
    self.graphs = graphs
    self.model = model
    self.library = library
  }

  var routes: [APIRoute] {
    [
      APIRoute("GET", "models", models),
      APIRoute("POST", "next-tokens", nextTokens),
      APIRoute("POST", "active-features", activeFeatures),
      APIRoute("GET", "graphs/*/heads", heads),
      APIRoute("POST", "traces", trace),
      APIRoute("POST", "interventions", intervene),
      APIRoute("GET", "jobs") { _ in .json(["jobs": board.all()]) },
      APIRoute("GET", "jobs/*") { call in .json(["job": try board.status(call.names[0])]) },
      APIRoute("DELETE", "jobs/*") { call in .json(["job": try board.cancel(call.names[0])]) },
      APIRoute("GET", "jobs/*/events") { call in
        SiteResponse(
          status: 200, headers: ["Content-Type": "text/event-stream", "X-Accel-Buffering": "no"],
          body: .stream(try board.events(call.names[0])))
      },
    ]
  }

  /// Ends what goes on.
  func stop() async { board.cancelAll() }

  func known() throws(APIError) -> any LiveModel {
    guard let model else {
      throw APIError(.noLiveModel, "This viewer has no live model: start it without --no-live.")
    }
    return model
  }

  @Sendable private func models(_ call: APICall) async throws(APIError) -> SiteResponse {
    let model = try known()
    return .json(["models": try await short.run { () throws(APIError) in try model.models() }])
  }

  private struct ShortBody: Decodable {
    var count: Int?
    var limit: Int?
    var stream: String?
  }

  @Sendable private func nextTokens(_ call: APICall) async throws(APIError) -> SiteResponse {
    let model = try known()
    let body = try call.body(ShortBody.self)
    let count = try LiveAPI.within(body.count ?? 10, 1...100, "count")
    let request = NextTokensRequest(try call.body(PromptBody.self).subject(graphs), count: count)
    return .json(
      try await short.run(client: call.client, stream: body.stream.map { "next " + $0 }) {
        () throws(APIError) in
        try model.nextTokens(request)
      })
  }

  @Sendable private func activeFeatures(_ call: APICall) async throws(APIError) -> SiteResponse {
    let model = try known()
    let body = try call.body(ShortBody.self)
    let limit = try LiveAPI.within(body.limit ?? 60, 1...500, "limit")
    let request = ActiveFeaturesRequest(try call.body(PromptBody.self).subject(graphs), limit: limit)
    return .json(
      try await short.run(client: call.client, stream: body.stream.map { "active " + $0 }) {
        () throws(APIError) in
        try model.activeFeatures(request)
      })
  }

  private struct Edge: Encodable {
    var source: String
    var target: String
    var weight: Float
    var direct: Float
    var several: Float
    var through: [HeadsAnswer.Head]
  }

  @Sendable private func heads(_ call: APICall) async throws(APIError) -> SiteResponse {
    let model = try known()
    let loaded = try graphs.graph(call.names[0])
    let parameters = call.request.parameters
    guard let graph = loaded.richest else {
      throw APIError(.invalidGraph, "This graph's nodes are not those of an attribution graph.")
    }
    let names = (source: parameters["source"] ?? "", target: parameters["target"] ?? "")
    let request = HeadsRequest(
      try loaded.subject(), graph: graph, source: try loaded.node(names.source),
      target: try loaded.node(names.target))
    guard let source = graph.layout.index(of: request.source),
      let target = graph.layout.index(of: request.target),
      graph.edges.weight(row: target, column: source) != 0
    else {
      throw APIError(
        .noSuchNode, "There is no edge from '\(names.source)' to '\(names.target)' in the graph.")
    }
    let answer = try await short.run(client: call.client) { () throws(APIError) in try model.heads(request) }
    return .json(
      Edge(
        source: names.source, target: names.target, weight: answer.weight, direct: answer.direct,
        several: answer.several, through: answer.through))
  }

  /// Refuses a number outside of a range.
  static func within(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws(APIError) -> Int {
    guard range.contains(value) else {
      throw APIError(
        .badRequest, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }
}

extension LoadedGraph {
  /// The node that the page calls `id`.
  func node(_ id: String) throws(APIError) -> Node {
    if let graph = richest, let node = graph.node(withID: id) ?? named[id],
      graph.layout.index(of: node) != nil
    {
      return node
    }
    throw APIError(.noSuchNode, "The graph has no node '\(id.prefix(60))'.")
  }
}
