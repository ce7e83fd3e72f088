import Foundation
import GraphFiles

/// One thing that the API can be asked for.
struct APIRoute: Sendable {
  let method: String
  /// The path's parts below `/api/v1/`; `*` stands for a name.
  let pattern: [String]
  /// The most bytes of a body.
  let bodyLimit: Int
  let answer: @Sendable (APICall) async throws -> SiteResponse

  /// Describes a route, such as `GET graphs/*/query`.
  init(
    _ method: String, _ pattern: String, bodyLimit: Int = 1 << 20,
    _ answer: @escaping @Sendable (APICall) async throws -> SiteResponse
  ) {
    self.method = method
    self.pattern = pattern.isEmpty ? [] : pattern.split(separator: "/").map(String.init)
    self.bodyLimit = bodyLimit
    self.answer = answer
  }

  /// The names in a path that the pattern matches; nil for others.
  func names(in parts: [String]) -> [String]? {
    guard parts.count == pattern.count else { return nil }
    var names: [String] = []
    for (wanted, part) in zip(pattern, parts) {
      if wanted == "*" { names.append(part) } else if wanted != part { return nil }
    }
    return names
  }
}

/// A request to a route.
struct APICall: Sendable {
  let request: SiteRequest
  /// What stands for each `*` of the route.
  let names: [String]

  /// The body as a value; an empty one counts as `{}`.
  func body<Value: Decodable>(_ type: Value.Type) throws(APIError) -> Value {
    let data = request.body.isEmpty ? Data("{}".utf8) : request.body
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      let isJSON = (try? JSONSerialization.jsonObject(with: data)) != nil
      throw APIError(isJSON ? .badRequest : .badJSON, "The body cannot be used: \(DecodingProblem(error)).")
    } catch {
      throw APIError(.badJSON, "The body is not valid JSON in UTF-8.")
    }
  }

  /// A number of the query, within a range.
  func number(_ name: String, in range: ClosedRange<Double>) throws(APIError) -> Double? {
    guard let text = request.parameters[name] else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw APIError(.badRequest, "\(name) is a number from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }

  /// A whole number of the query, within a range.
  func whole(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
    guard let text = request.parameters[name] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw APIError(
        .badRequest, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }

  /// Who asks, as far as turns are concerned: the page's own mark, or nobody in particular.
  var client: String { String((request.headers["x-client"] ?? "").prefix(64)) }
}

/// All routes of the API.
struct APIRoutes: Sendable {
  let all: [APIRoute]

  static let prefix = "/api/v1"

  /// The route of a request and the names in its path.
  func find(_ request: SiteRequest) throws(APIError) -> (route: APIRoute, names: [String]) {
    let unknown = APIError(
      .notFound, "There is nothing here; the API is described at \(Self.prefix)/openapi.json.")
    let parts: [String]
    if request.path == Self.prefix {
      parts = []
    } else if let names = request.names(below: Self.prefix + "/") {
      parts = names
    } else {
      throw unknown
    }
    let method = request.method == "HEAD" ? "GET" : request.method
    var allowed: [String] = []
    for route in all {
      guard let names = route.names(in: parts) else { continue }
      if route.method == method { return (route, names) }
      allowed.append(route.method)
    }
    guard !allowed.isEmpty else { throw unknown }
    if allowed.contains("GET") { allowed.append("HEAD") }
    var error = APIError(.wrongMethod, "This takes \(allowed.sorted().joined(separator: ", ")).")
    error.headers["Allow"] = allowed.sorted().joined(separator: ", ")
    throw error
  }
}
