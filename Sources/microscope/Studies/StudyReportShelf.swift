import Foundation
import ModelCatalogues
import Studies
import Viewer

/// The reports that were made on this machine: a folder for each study below MICROSCOPE_HOME/studies/reports, and in it one
/// for each model, features, control and seed; a newer report takes the older one's place.
struct StudyReportShelf: Sendable {
  private let root: URL

  init(home: MicroscopeHome) { root = home.studies.appending(component: "reports") }

  /// Keeps a report with its figures; what is told of it stands beside.
  @discardableResult
  func keep(_ report: StudyReport, graphs: [StudyInfo.Graph] = []) throws -> StudyInfo.Report {
    let entry = StudyInfo.Report(
      id: StudyReportShelf.id(report), model: report.model, transcoders: report.basis,
      control: report.control?.rawValue, held: report.count(.held), failed: report.count(.failed),
      untestable: report.count(.untestable), created: Int64(Date().timeIntervalSince1970 * 1000),
      figures: report.figures.map { .init(file: $0.file, title: $0.title) },
      graphs: graphs)
    let folder = root.appending(components: report.study.name, entry.id)
    try report.write(to: folder.path)
    do {
      try JSONEncoder().encode(entry).write(to: folder.appending(component: "entry.json"), options: .atomic)
    } catch {
      throw CommandError(
        "Cannot keep the report in \(folder.path): check the disk and that you may write there.")
    }
    return entry
  }

  /// What is told of a study's reports, the newest first.
  func entries(of study: String) -> [StudyInfo.Report] {
    folders(of: study).values.compactMap(StudyReportShelf.entry).sorted {
      ($1.created, $0.id) < ($0.created, $1.id)
    }
  }

  /// A file of a report; nil where there is none.
  ///
  /// Names are looked up among those that are there.
  func file(_ name: String, of report: String, _ study: String) -> Data? {
    guard let folder = folders(of: study)[report], let entry = StudyReportShelf.entry(folder) else {
      return nil
    }
    let files = ["report.json", "report.html"] + entry.figures.map(\.file)
    guard let file = files.first(where: { $0 == name }), !file.contains("/") else { return nil }
    return try? Data(contentsOf: folder.appending(component: file))
  }

  private func folders(of study: String) -> [String: URL] {
    guard let place = StudyReportShelf.folders(in: root)[study] else { return [:] }
    return StudyReportShelf.folders(in: place)
  }

  private static func folders(in place: URL) -> [String: URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.filter { !$0.hasPrefix(".") }.map { ($0, place.appending(component: $0)) })
  }

  private static func entry(_ folder: URL) -> StudyInfo.Report? {
    guard let data = try? Data(contentsOf: folder.appending(component: "entry.json")) else { return nil }
    return try? JSONDecoder().decode(StudyInfo.Report.self, from: data)
  }

  /// A name for all that a report depends on.
  private static func id(_ report: StudyReport) -> String {
    let parts = [report.model, report.basis, report.control?.rawValue, "\(report.seed)"].compactMap { $0 }
    return parts.map { part in
      part.utf8.map { byte in
        let character = Character(Unicode.Scalar(byte))
        let isKept =
          character.isASCII && (character.isLetter || character.isNumber || ".-".contains(character))
        return isKept ? String(character) : "-"
      }.joined().trimmingCharacters(in: ["."])
    }.joined(separator: "--")
  }
}
