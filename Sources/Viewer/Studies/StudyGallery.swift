public import Foundation

/// The studies behind the page: declared experiments, their reports, and a way to run them.
///
/// All calls block and may come from any thread. Names are looked up; none becomes part of a file path.
public protocol StudyGallery: Sendable {
  /// The studies, in their order, each with its reports, the newest first.
  func studies() throws(APIError) -> [StudyInfo]

  /// A report as JSON.
  func report(_ id: String, of study: String) throws(APIError) -> Data

  /// A report as one self-contained page of HTML.
  func page(_ id: String, of study: String) throws(APIError) -> Data

  /// A figure of a report, as SVG.
  func figure(_ file: String, _ id: String, of study: String) throws(APIError) -> Data

  /// Runs a study and keeps its report; returns what is told of it.
  ///
  /// - Parameters:
  ///   - graphs: Where graphs of some of its prompts are written.
  ///   - progress: Is told how far it has come; returning false ends the run, which the next one takes up again.
  func run(
    _ request: StudyRequest, graphs: URL, progress: (JobProgress) -> Bool
  ) throws(APIError) -> StudyInfo.Report
}
