/// The answers about features.
struct FeatureAPI: Sendable {
  let library: (any FeatureLibrary)?
  /// Reading the store blocks, so it has a thread of its own.
  private let lane = WorkLane("features", limit: 256)

  init(library: (any FeatureLibrary)?) { self.library = library }

  /// The most cards of one request, and the most letters of a label.
  private static let limits = (cards: 500, page: 200, label: 500)

  var routes: [APIRoute] {
    [
      APIRoute("GET", "sets") { _ in
        guard let library else { return .json(["sets": [LibrarySet]()]) }
        return .json(["sets": try await lane.run { () throws(APIError) in library.sets() }])
      },
      APIRoute("GET", "sets/*/features", search),
      APIRoute("GET", "sets/*/cards", cards),
      APIRoute("GET", "sets/*/features/*/*", dashboard),
      APIRoute("GET", "sets/*/features/*/*/label") { call in
        try await labels(call) { (place) throws(APIError) in try place.labels() }
      },
      APIRoute("PUT", "sets/*/features/*/*/label", setLabel),
      APIRoute("DELETE", "sets/*/features/*/*/label") { call in
        try await labels(call) { (place) throws(APIError) in
          try place.library.label(place.name, as: nil, in: place.set)
        }
      },
    ]
  }

  /// A feature that a path names, and who knows it.
  private struct Place: Sendable {
    let library: any FeatureLibrary
    let set: String
    let name: LibraryName

    func labels() throws(APIError) -> [LibraryLabel] { try library.labels(name, in: set) }
  }

  private func known(_ set: String) throws(APIError) -> any FeatureLibrary {
    guard let library else {
      throw APIError(
        .noDashboards, "There are no dashboards of '\(set)': build them with 'microscope dashboards build'.")
    }
    return library
  }

  private func place(_ call: APICall) throws(APIError) -> Place {
    guard let name = LibraryName(layer: call.names[1], index: call.names[2]) else {
      throw APIError(.noSuchFeature, "A feature is called by two numbers, layer and index.")
    }
    return Place(library: try known(call.names[0]), set: call.names[0], name: name)
  }

  @Sendable private func search(_ call: APICall) async throws(APIError) -> SiteResponse {
    let library = try known(call.names[0])
    let query = try FeatureAPI.query(call)
    return .json(try await lane.run { () throws(APIError) in try library.search(query, in: call.names[0]) })
  }

  private static func query(_ call: APICall) throws(APIError) -> LibraryQuery {
    let parameters = call.request.parameters
    var query = LibraryQuery()
    query.text = String((parameters["q"] ?? "").prefix(1000))
    if let layer = try call.whole("layer", in: 0...1 << 20) { query.layers = layer...layer }
    if let first = try call.whole("minLayer", in: 0...1 << 20) { query.layers = first...(1 << 20) }
    if let last = try call.whole("maxLayer", in: 0...1 << 20) {
      query.layers = min(query.layers?.lowerBound ?? 0, last)...last
    }
    let least = try call.number("minDensity", in: 0...1)
    let most = try call.number("maxDensity", in: 0...1)
    if least != nil || most != nil { query.densities = min(least ?? 0, most ?? 1)...(most ?? 1) }
    guard parameters["origin"].map({ $0 == "person" }) ?? true else {
      throw APIError(.badRequest, "origin is 'person', or left out.")
    }
    query.isNamedByPerson = parameters["origin"] != nil
    let order = parameters["sort"] ?? (query.text.isEmpty ? "name" : "relevance")
    guard let order = LibraryQuery.Order(rawValue: order) else {
      let known = LibraryQuery.Order.allCases.map(\.rawValue).joined(separator: ", ")
      throw APIError(.badRequest, "sort is one of \(known).")
    }
    query.order = order
    query.isDescending = parameters["descending"] == "1"
    query.offset = try call.whole("offset", in: 0...100_000_000) ?? 0
    query.limit = try call.whole("limit", in: 1...limits.page) ?? 50
    return query
  }

  @Sendable private func cards(_ call: APICall) async throws(APIError) -> SiteResponse {
    let library = try known(call.names[0])
    let ids = (call.request.parameters["ids"] ?? "").split(separator: ",")
    guard ids.count <= FeatureAPI.limits.cards else {
      throw APIError(.badRequest, "Ask for at most \(FeatureAPI.limits.cards) features at a time.")
    }
    let names = ids.compactMap { LibraryName($0) }
    let cards = try await lane.run { () throws(APIError) in try library.cards(names, in: call.names[0]) }
    return .json(["cards": Dictionary(cards.map { ("\($0.layer)/\($0.index)", $0) }) { $1 }])
  }

  @Sendable private func dashboard(_ call: APICall) async throws(APIError) -> SiteResponse {
    let place = try place(call)
    return .json(
      try await lane.run { () throws(APIError) in try place.library.dashboard(place.name, in: place.set) })
  }

  private struct LabelBody: Decodable {
    var text: String
  }

  @Sendable private func setLabel(_ call: APICall) async throws(APIError) -> SiteResponse {
    let text = try call.body(LabelBody.self).text
    let shown = text.unicodeScalars.contains { !$0.properties.isWhitespace }
    guard shown, text.count <= FeatureAPI.limits.label, !text.utf8.contains(0) else {
      throw APIError(.badRequest, "A label has 1 to \(FeatureAPI.limits.label) letters.")
    }
    return try await labels(call) { (place) throws(APIError) in
      try place.library.label(place.name, as: text, in: place.set)
    }
  }

  private struct Labels: Encodable {
    var label: LibraryLabel?
    var labels: [LibraryLabel]

    private enum CodingKeys: CodingKey {
      case label, labels
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(label, forKey: .label)
      try values.encode(labels, forKey: .labels)
    }
  }

  private func labels(
    _ call: APICall, _ work: @escaping @Sendable (Place) throws(APIError) -> [LibraryLabel]
  ) async throws(APIError) -> SiteResponse {
    let place = try place(call)
    let labels = try await lane.run { () throws(APIError) in try work(place) }
    return .json(Labels(label: labels.first, labels: labels))
  }
}
