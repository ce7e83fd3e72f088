import FlyingFox
import FlyingSocks
public import Foundation

/// The local web server that shows attribution graphs and training runs in a browser.
///
/// It listens on 127.0.0.1 only, answers only requests addressed to it by that name, and only reads.
public struct ViewerServer: Sendable {
  private let graphDirectory: URL
  private let trainingDirectories: [URL]
  private let port: UInt16

  /// Describes a server; nothing is opened before ``run(onReady:)``.
  ///
  /// - Parameters:
  ///   - graphDirectory: Where the graph files (`*.json`) are. Files that appear later are found too.
  ///   - trainingDirectories: Training runs, and folders that hold some.
  ///   - port: The port to listen on; 0 lets the operating system choose.
  public init(graphDirectory: URL, trainingDirectories: [URL] = [], port: UInt16 = 8041) {
    self.graphDirectory = graphDirectory
    self.trainingDirectories = trainingDirectories
    self.port = port
  }

  /// Serves until the task is cancelled, then lets open answers finish and returns.
  ///
  /// - Parameter onReady: Called once, when the server answers, with the address of the page.
  /// - Throws: ``ViewerError`` when the page's files are missing or the port cannot be used.
  public func run(onReady: @escaping @Sendable (URL) -> Void) async throws(ViewerError) {
    let site = try ViewerSite(graphDirectory: graphDirectory, trainingDirectories: trainingDirectories)
    let server = try makeServer()
    let running = Task { try await server.run() }
    let announcing = Task { await announce(server, site: site, onReady: onReady) }
    let result = await withTaskCancellationHandler {
      await running.result
    } onCancel: {
      Task {
        await server.stop(timeout: Self.patience)
        running.cancel()
      }
    }
    announcing.cancel()
    guard !Task.isCancelled, case .failure(let error) = result else { return }
    throw failure(error)
  }

  private func makeServer() throws(ViewerError) -> HTTPServer {
    do {
      let address = try sockaddr_in.inet(ip4: "127.0.0.1", port: port)
      return HTTPServer(address: address, logger: .disabled)
    } catch { throw failure(error) }
  }

  /// Waits until the port is open, then connects the site to it: only now is the port known if it was 0.
  private func announce(_ server: HTTPServer, site: ViewerSite, onReady: (URL) -> Void) async {
    guard (try? await server.waitUntilListening()) != nil,
      case .ip4(_, let port) = await server.listeningAddress,
      let url = URL(string: "http://127.0.0.1:\(port)/")
    else { return }
    await server.appendRoute("*", to: SiteHandler(site: site, port: port))
    onReady(url)
  }

  private func failure(_ error: any Error) -> ViewerError {
    guard case .failed(_, let code, let message) = error as? SocketError else {
      return .cannotListen(port: port, reason: String(describing: error))
    }
    return code == EADDRINUSE ? .portTaken(port) : .cannotListen(port: port, reason: message)
  }

  /// How many seconds open answers get to finish when the server stops.
  private static let patience: TimeInterval = 0.5
}
