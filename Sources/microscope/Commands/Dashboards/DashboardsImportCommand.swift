import ArgumentParser
import FeatureDashboards
import Foundation
import Transformers

struct DashboardsImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take in dashboards that circuit-tracer or Neuronpedia has of these features.",
    discussion: """
      Reads what `export` writes, in each of its forms. Dashboards take the place of those that there are; labels are added, \
      and a person's label that is there already stays.

      Examples:
        microscope dashboards import feature-files
      """)

  @Argument(help: "A folder of feature files, or one of them.")
  var folder: String

  @OptionGroup var options: DashboardOptions

  func run() async throws {
    let subject = try await options.open()
    let source = FeatureImport(folder)
    _ = try source.form()
    let store = try store(subject)
    let count = try store.importFeatures(source) { Terminal.progress("\($0.grouped) features") }
    Terminal.progress("")
    try Terminal.say("Took in \(count.grouped) features: \(store.file.path)")
  }

  /// The store, which is made when there is none.
  private func store(_ subject: DashboardSubject) throws -> DashboardStore {
    let exists = FileManager.default.fileExists(atPath: subject.place.path)
    if options.store == nil || exists, let store = try subject.openStore() { return store }
    try FileManager.default.createDirectory(
      at: subject.place.deletingLastPathComponent(), withIntermediateDirectories: true)
    return try DashboardStore(
      creating: subject.place,
      info: DashboardInfo(
        identity: subject.identity, basis: subject.basis.name, model: subject.name,
        featureCounts: subject.basis.featureCounts(subject.model.transformer), corpus: "imported"),
      texts: subject.texts)
  }
}
