import Foundation
import GraphFiles

/// The answers about graphs.
struct GraphAPI: Sendable {
  let directory: GraphDirectory

  var routes: [APIRoute] {
    [
      APIRoute("GET", "graphs") { _ in .json(GraphList(directory)) },
      APIRoute("POST", "graphs", bodyLimit: 64 << 20, store),
      APIRoute("GET", "graphs/*", file),
      APIRoute("DELETE", "graphs/*") { call in .json(["trash": try directory.delete(call.names[0])]) },
      APIRoute("GET", "graphs/*/thumbnail", thumbnail),
      APIRoute("GET", "graphs/*/query") { call in .json(try directory.query(call.names[0])) },
      APIRoute("PUT", "graphs/*/query", save),
      APIRoute("GET", "graphs/*/query/export", exportQuery),
      APIRoute("POST", "graphs/*/query/import", importQuery),
      APIRoute("GET", "graphs/*/prune", prune),
      APIRoute("POST", "graphs/*/scores", scores),
      APIRoute("GET", "trash") { _ in .json(["items": directory.trashed()]) },
      APIRoute("POST", "trash/*/restore") { call in .json(["slug": try directory.restore(call.names[0])]) },
    ]
  }

  @Sendable private func file(_ call: APICall) throws(APIError) -> SiteResponse {
    let file = try directory.file(call.names[0])
    var response = SiteResponse.content(
      .file(file.url, byteCount: file.byteCount), type: "application/json", tag: file.tag)
    if call.request.parameters["download"] == "1" {
      let name =
        call.names[0].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        ? call.names[0] : "graph"
      response.headers["Content-Disposition"] = "attachment; filename=\"\(name).json\""
    }
    return response
  }

  @Sendable private func store(_ call: APICall) throws(APIError) -> SiteResponse {
    let slug = try directory.store(call.request.body, slug: call.request.parameters["slug"])
    return .json(["slug": slug], status: 201)
  }

  @Sendable private func thumbnail(_ call: APICall) throws(APIError) -> SiteResponse {
    let file = try directory.file(call.names[0])
    // The tag tells more cheaply than the picture whether the browser's copy is right.
    if call.request.matches(tag: file.tag) {
      return .content(.data(Data()), type: "application/json", tag: file.tag)
    }
    do {
      var response = SiteResponse.json(GraphThumbnail(try GraphFile(contentsOf: file.url)))
      response.headers["ETag"] = file.tag
      return response
    } catch { throw APIError(.invalidGraph, error.description) }
  }

  private struct SaveBody: Decodable {
    var revision: String?
    var query: QueryParameters
  }

  @Sendable private func save(_ call: APICall) throws(APIError) -> SiteResponse {
    let body = try call.body(SaveBody.self)
    let revision = try directory.save(body.query, revision: body.revision, in: call.names[0])
    return .json(["revision": revision])
  }

  private struct Export: Encodable {
    var `for`: String
    var query: [String: JSONValue]
    var address: String
  }

  @Sendable private func exportQuery(_ call: APICall) throws(APIError) -> SiteResponse {
    let slug = call.names[0]
    let query = try directory.query(slug).query
    switch call.request.parameters["for"] ?? "circuit-tracer" {
    case "circuit-tracer":
      return .json(
        Export(for: "circuit-tracer", query: query.circuitTracer, address: query.address(slug: slug)))
    case "neuronpedia":
      let scan = (try? directory.metadata(slug, directory.file(slug)))?.transcoderSetID ?? ""
      return .json(
        Export(
          for: "neuronpedia", query: query.neuronpedia(model: scan, slug: slug),
          address: query.address(slug: slug)))
    default: throw APIError(.badRequest, "for is 'circuit-tracer' or 'neuronpedia'.")
    }
  }

  private struct Address: Decodable {
    var address: String
  }

  private struct Wrapped: Decodable {
    var qParams: QueryParameters
  }

  private struct Import: Encodable {
    var query: QueryParameters
    var unknown: [String]
  }

  @Sendable private func importQuery(_ call: APICall) throws(APIError) -> SiteResponse {
    var query: QueryParameters
    if let body = try? call.body(Address.self) {
      do {
        query = try QueryParameters(address: body.address)
      } catch { throw APIError(.invalidQuery, error.description) }
    } else if let body = try? call.body(Wrapped.self) {
      query = body.qParams
    } else {
      query = try call.body(QueryParameters.self)
    }
    let unknown = query.removeNodes(notAmong: Set(try directory.graph(call.names[0]).file.nodes.map(\.id)))
    return .json(Import(query: query, unknown: unknown))
  }
}
