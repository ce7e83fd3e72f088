import Foundation

/// The pages and data of the viewer: a function from requests to responses.
///
/// Every name in a request is looked up in a table; none becomes part of a file path.
package struct ViewerSite: Sendable {
  private let assets: WebAssets
  private let routes: APIRoutes
  private var access: SiteAccess
  private let compression = Compression()
  private let live: LiveAPI

  /// Makes the site of a server.
  ///
  /// - Parameters:
  ///   - contents: What is shown.
  ///   - address: Where the server listens, with its true port.
  ///   - token: What a client must know; nil on the loopback.
  package init(
    _ contents: ViewerContents, address: ListenAddress, token: String? = nil
  ) throws(ViewerError) {
    assets = try WebAssets()
    access = SiteAccess(address: address, token: token)
    let graphs = GraphAPI(directory: GraphDirectory(url: contents.graphDirectory))
    graphs.directory.emptyTrash()
    graphs.directory.removeTornWrites()
    live = LiveAPI(graphs: graphs.directory, model: contents.live, library: contents.features)
    let info = ServiceAPI(contents: contents)
    let features = FeatureAPI(library: contents.features)
    let training = TrainingAPI(folders: TrainingFolders(roots: contents.trainingDirectories))
    let studies = StudyAPI(gallery: contents.studies, board: live.board, graphs: contents.graphDirectory)
    routes = APIRoutes(
      all: info.routes + graphs.routes + live.routes + features.routes + training.routes + studies.routes)
  }

  /// The same site on another port: the one that the operating system chose.
  func listening(on port: UInt16) -> ViewerSite {
    var site = self
    site.access = SiteAccess(
      address: ListenAddress(host: access.address.host, port: port), token: access.token)
    return site
  }

  /// What the API can be asked for: method and path, with `*` for a name.
  package var routeNames: [String] {
    routes.all.map { "\($0.method) \(([APIRoutes.prefix] + $0.pattern).joined(separator: "/"))" }
  }

  /// Answers a request whose head is known, when its body need not be read: it is refused.
  package func refusal(of request: SiteRequest) -> SiteResponse? {
    do throws(APIError) {
      try admit(request)
      return nil
    } catch { return finished(.failure(error), request) }
  }

  /// Answers a request.
  package func response(to request: SiteRequest) async -> SiteResponse {
    if let refusal = refusal(of: request) { return refusal }
    if let greeting = access.greeting(request) { return finished(greeting, request) }
    do {
      return finished(try await answer(request), request)
    } catch let error as APIError {
      return finished(.failure(error), request)
    } catch {
      return finished(.failure(APIError(.failed, "\(error)")), request)
    }
  }

  /// Ends what goes on for clients: jobs and streams.
  func stop() async { await live.stop() }

  private func admit(_ request: SiteRequest) throws(APIError) {
    if let problem = access.problem(request) { throw problem }
    guard isAPI(request) else {
      guard !request.changesState else {
        var error = APIError(.wrongMethod, "Pages can only be read: use GET or HEAD.")
        error.headers["Allow"] = "GET, HEAD"
        throw error
      }
      return try limit(request, to: 0)
    }
    let route = try routes.find(request).route
    try limit(request, to: request.changesState ? route.bodyLimit : 0)
  }

  private func limit(_ request: SiteRequest, to count: Int) throws(APIError) {
    guard request.bodyLength > count else { return }
    throw APIError(.tooLarge, "The body of this request may have at most \(count) bytes.")
  }

  private func isAPI(_ request: SiteRequest) -> Bool {
    request.path == APIRoutes.prefix || request.path.hasPrefix(APIRoutes.prefix + "/")
  }

  private func answer(_ request: SiteRequest) async throws -> SiteResponse {
    if isAPI(request) {
      let (route, names) = try routes.find(request)
      return try await route.answer(APICall(request: request, names: names))
    }
    guard let asset = assets.asset(at: request.path) else {
      throw APIError(.notFound, "There is nothing here; the viewer starts at /.")
    }
    return .content(.data(asset.data), type: asset.type, tag: asset.tag)
  }

  /// Adds what every answer has; what the browser holds already is not sent again, and the rest compressed.
  private func finished(_ response: SiteResponse, _ request: SiteRequest) -> SiteResponse {
    var response = response
    response.headers.merge(Self.commonHeaders) { own, _ in own }
    if response.status == 200, let tag = response.headers["ETag"], request.matches(tag: tag) {
      return .notModified(response)
    }
    return request.acceptsGzip ? compression.compress(response) : response
  }

  private static let commonHeaders = [
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
      + "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
  ]
}
