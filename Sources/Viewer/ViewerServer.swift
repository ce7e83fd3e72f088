public import Foundation

/// What a viewer shows.
public struct ViewerContents: Sendable {
  /// Where the graph files (`*.json`) are; files that appear later are found, too.
  public var graphDirectory: URL
  /// Training runs, and folders that hold some.
  public var trainingDirectories: [URL] = []
  /// The model behind new traces and interventions; nil for none.
  public var live: (any LiveModel)?
  /// What is known of features; nil for nothing.
  public var features: (any FeatureLibrary)?
  /// The studies; nil for none.
  public var studies: (any StudyGallery)?
  /// The version of the program.
  public var version = ""

  /// Shows the graphs of a folder.
  public init(graphDirectory: URL) { self.graphDirectory = graphDirectory }
}

/// The local web server that shows attribution graphs, training runs and a live model in a browser.
///
/// It listens on the loopback unless told otherwise, and answers only requests addressed to it by its own name.
public struct ViewerServer: Sendable {
  private let contents: ViewerContents
  private let address: ListenAddress
  private let token: String?
  /// How long clients may take.
  package var patience = ClientPatience()

  /// Describes a server; nothing is opened before ``run(onReady:)``.
  ///
  /// - Parameters:
  ///   - contents: What is shown.
  ///   - address: Where to listen.
  ///   - token: What a client must know; anything but the loopback needs one.
  public init(_ contents: ViewerContents, address: ListenAddress = ListenAddress(), token: String? = nil) {
    precondition(address.isLoopback || token?.isEmpty == false, "\(address.host) without a token")
    self.contents = contents
    self.address = address
    self.token = token
  }

  /// Serves until the task is cancelled, then lets open answers finish and returns.
  ///
  /// - Parameter onReady: Called once, when the server answers, with the address of the page.
  /// - Throws: ``ViewerError`` when the page's files are missing or the port cannot be used.
  public func run(onReady: @escaping @Sendable (URL) -> Void) async throws(ViewerError) {
    let site = try ViewerSite(contents, address: address, token: token)
    let server = SiteServer(patience: patience, connectionLimit: Self.connectionLimit)
    try await server.run(site, on: address) { [address, token] port in
      let name = ListenAddress(host: address.host, port: port).name
      let query = token.map {
        "?token=" + ($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
      }
      if let url = URL(string: "http://\(name)/\(query ?? "")") { onReady(url) }
    }
  }

  /// The most connections at a time: enough for many browsers with several each, and for slow ones beside them.
  private static let connectionLimit = 900
}
