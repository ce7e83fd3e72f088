import Foundation
import GraphFiles
import Synchronization
import Viewer

/// Studies that do what a test tells them to.
final class FakeGallery: StudyGallery {
  private let reports = Mutex<[StudyInfo.Report]>([])
  private let asked = Mutex<[StudyRequest]>([])

  /// What was asked to be run.
  var requests: [StudyRequest] { asked.withLock { $0 } }

  func studies() throws(APIError) -> [StudyInfo] {
    [
      StudyInfo(
        name: "one", title: "One", question: "What?", source: nil,
        models: [.init(id: "m", transcoders: ["neurons"], isPresent: true)], hypotheses: ["it is so"],
        reports: reports.withLock { $0 })
    ]
  }

  private func known(_ id: String, _ study: String) throws(APIError) {
    guard study == "one", reports.withLock({ $0.contains { $0.id == id } }) else {
      throw APIError(.noSuchReport, "There is no such report.")
    }
  }

  func report(_ id: String, of study: String) throws(APIError) -> Data {
    try known(id, study)
    return Data(#"{"findings":[]}"#.utf8)
  }

  func page(_ id: String, of study: String) throws(APIError) -> Data {
    try known(id, study)
    return Data("<!doctype html><style>p{}</style>".utf8)
  }

  func figure(_ file: String, _ id: String, of study: String) throws(APIError) -> Data {
    try known(id, study)
    guard file == "bars.svg" else { throw APIError(.noSuchReport, "There is no such figure.") }
    return Data("<svg/>".utf8)
  }

  func run(
    _ request: StudyRequest, graphs: URL, progress: (JobProgress) -> Bool
  ) throws(APIError) -> StudyInfo.Report {
    asked.withLock { $0.append(request) }
    guard progress(JobProgress(phase: "asking", done: 1, total: 2)) else {
      throw APIError(.cancelled, "It was cancelled.")
    }
    if request.model == "bad" { throw APIError(.cannotRun, "There is no model bad.") }
    let report = StudyInfo.Report(
      id: "r\(request.seed)", model: request.model ?? "m", transcoders: "neurons", control: request.control,
      held: 1, failed: 2, untestable: 0, created: 5, figures: [.init(file: "bars.svg", title: "Bars")],
      graphs: [.init(slug: "g", title: "a prompt")])
    reports.withLock { $0.insert(report, at: 0) }
    return report
  }
}
