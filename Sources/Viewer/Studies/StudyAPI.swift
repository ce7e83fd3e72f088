import Foundation
import GraphFiles

/// The answers about studies.
struct StudyAPI: Sendable {
  let gallery: (any StudyGallery)?
  let board: JobBoard
  let graphs: URL
  private let lane = WorkLane("studies.reading", limit: 64)

  init(gallery: (any StudyGallery)?, board: JobBoard, graphs: URL) {
    self.gallery = gallery
    self.board = board
    self.graphs = graphs
  }

  var routes: [APIRoute] {
    [
      APIRoute("GET", "studies", list),
      APIRoute("POST", "studies/*/runs", run),
      APIRoute("GET", "studies/*/reports/*") { call in
        .json(
          data: try await read { (gallery) throws(APIError) in
            try gallery.report(call.names[1], of: call.names[0])
          })
      },
      APIRoute("GET", "studies/*/reports/*/page") { call in
        let page = try await read { (gallery) throws(APIError) in
          try gallery.page(call.names[1], of: call.names[0])
        }
        return StudyAPI.sealed(page, type: "text/html; charset=utf-8")
      },
      APIRoute("GET", "studies/*/reports/*/figures/*") { call in
        let figure = try await read { (gallery) throws(APIError) in
          try gallery.figure(call.names[2], call.names[1], of: call.names[0])
        }
        return StudyAPI.sealed(figure, type: "image/svg+xml")
      },
    ]
  }

  /// The answer of `/api/v1/studies`.
  private struct List: Encodable {
    var studies: [StudyInfo]
  }

  private struct Body: Decodable {
    var model: String?
    var transcoders: String?
    var control: String?
    var seed: UInt64?
  }

  @Sendable private func list(_ call: APICall) async throws(APIError) -> SiteResponse {
    .json(List(studies: try await read { (gallery) throws(APIError) in try gallery.studies() }))
  }

  @Sendable private func run(_ call: APICall) async throws(APIError) -> SiteResponse {
    let gallery = try known()
    let name = call.names[0]
    let studies = try await read { (gallery) throws(APIError) in try gallery.studies() }
    guard let study = studies.first(where: { $0.name == name }) else { throw StudyAPI.unknown(name) }
    let body = try call.body(Body.self)
    let request = StudyRequest(
      study: name, model: body.model, transcoders: body.transcoders, control: body.control,
      seed: body.seed ?? 0)
    let graphs = graphs
    let status = try board.start(.study, title: study.title, client: call.client) {
      (progress) throws(APIError) in
      let report = try gallery.run(request, graphs: graphs, progress: progress)
      guard let data = try? JSONEncoder().encode(report),
        let value = try? JSONDecoder().decode(JSONValue.self, from: data)
      else { throw APIError(.failed, "What is told of the report is no JSON.") }
      return value
    }
    return .json(["job": status], status: 202)
  }

  private func known() throws(APIError) -> any StudyGallery {
    guard let gallery else {
      throw APIError(.noStudies, "This viewer runs no studies: start it without --no-live.")
    }
    return gallery
  }

  private func read<Value: Sendable>(
    _ body: @escaping @Sendable (any StudyGallery) throws(APIError) -> Value
  ) async throws(APIError) -> Value {
    let gallery = try known()
    return try await lane.run { () throws(APIError) in try body(gallery) }
  }

  /// The error for a study that there is not.
  static func unknown(_ name: String) -> APIError {
    APIError(.noSuchStudy, "There is no study '\(name.prefix(60))': list them with GET /api/v1/studies.")
  }

  /// A document that may hold its own styles and pictures, and can do nothing else.
  private static func sealed(_ data: Data, type: String) -> SiteResponse {
    var response = SiteResponse.content(.data(data), type: type, tag: data.contentTag)
    response.headers["Content-Security-Policy"] =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'; sandbox allow-popups"
    return response
  }
}
