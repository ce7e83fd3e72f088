import CircuitGraphs
import Foundation
import GraphFiles
import Synchronization
import Viewer

/// A model that does what a test tells it to.
final class FakeModel: LiveModel {
  private let log = Mutex<[String]>([])
  /// Holds traces until it is opened.
  private let gate = DispatchSemaphore(value: 0)
  private let isGated: Bool

  init(isGated: Bool = false) { self.isGated = isGated }

  /// What was asked, in order.
  var calls: [String] { log.withLock { $0 } }

  /// Lets one waiting call go on.
  func open() { gate.signal() }

  private func note(_ text: String) { log.withLock { $0.append(text) } }

  func models() throws(APIError) -> [LiveModelInfo] {
    [
      LiveModelInfo(
        id: "fake", title: "A fake", isDefault: true, isLoaded: true, hasChat: nil,
        transcoders: [.init(id: "neurons", isDefault: true)])
    ]
  }

  func nextTokens(_ request: NextTokensRequest) throws(APIError) -> NextTokensAnswer {
    note("next \(request.subject.prompt)")
    if isGated { gate.wait() }
    return NextTokensAnswer(
      tokens: [LivePiece(id: 1, piece: "a")],
      next: [.init(id: 2, piece: "b", logit: 1, probability: 0.5)], entropy: 1, seconds: 0, contextLength: 8)
  }

  func activeFeatures(_ request: ActiveFeaturesRequest) throws(APIError) -> ActiveFeaturesAnswer {
    ActiveFeaturesAnswer(tokens: [], activeCount: 0, set: "neurons", features: [])
  }

  func heads(_ request: HeadsRequest) throws(APIError) -> HeadsAnswer {
    note("heads \(request.source) \(request.target)")
    return HeadsAnswer(
      weight: 1, direct: 0.5, several: 0.25, through: [.init(layer: 1, head: 2, through: 0.3, single: 0.25)])
  }

  func trace(
    _ request: TraceRequest, into folder: URL, progress: (JobProgress) -> Bool
  ) throws(APIError) -> TraceSummary {
    guard case .text(let text) = request.subject.prompt else { throw APIError(.cannotTrace, "No text.") }
    note("trace \(text)")
    guard progress(JobProgress(phase: "load")) else { throw APIError(.cancelled, "It was cancelled.") }
    if isGated { gate.wait() }
    guard progress(JobProgress(phase: "attribution", done: 1, total: 2, coverage: 0.5)) else {
      throw APIError(.cancelled, "It was cancelled.")
    }
    if text == "bad" { throw APIError(.cannotTrace, "This prompt is bad.") }
    return TraceSummary(
      slug: text, nodeCount: 1, edgeCount: 2, replacementScore: 0.5, completenessScore: 0.75, seconds: 0.1)
  }

  func intervene(_ request: InterveneRequest, progress: (JobProgress) -> Bool) throws(APIError) -> JSONValue {
    note("intervene \(request.nodes.map { "\($0.node)x\($0.factor)" } + request.groups.map(\.label))")
    return .object(["candidates": .array([])])
  }
}
