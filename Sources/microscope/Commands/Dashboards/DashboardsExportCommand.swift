import ArgumentParser
import FeatureDashboards
import Foundation

struct DashboardsExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write dashboards for circuit-tracer's front end or Neuronpedia.",
    discussion: """
      circuit-tracer: a JSON file for each feature, named by the Cantor pairing of layer and index. \
      circuit-tracer-archive: a file of compressed JSON for each layer and index.json.gz. \
      neuronpedia: a file of JSON lines for each layer, with labels.

      Examples:
        microscope dashboards export feature-files
        microscope dashboards export one-feature --feature 12/845
      """)

  @Argument(help: "The folder to make.")
  var output: String

  @OptionGroup var options: DashboardOptions

  @Option(help: "circuit-tracer, circuit-tracer-archive or neuronpedia.")
  var form = FeatureFileForm.circuitTracer

  @Option(help: ArgumentHelp("Only this feature; may be given often.", valueName: "12/845"))
  var feature: [FeatureName] = []

  func run() async throws {
    let store = try await options.open().existingStore()
    for name in feature { _ = try store.dashboard(name) }
    try store.export(to: output, as: form, feature.isEmpty ? nil : feature) {
      Terminal.progress("\($0.grouped) features")
    }
    Terminal.progress("")
    try Terminal.say("Wrote \(output).")
  }
}
