import ArgumentParser
import FeatureDashboards
import Transformers

struct SimilarFeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similar", abstract: "Find features that write what one does, or are active with it.",
    discussion: """
      By the cosine of the decoders, whatever the layers (of cross-layer features over all output layers), and by the \
      positions of the dashboards' text where both are active, over those where either is.

      Examples:
        microscope features similar 12/845
        microscope features similar 12/845 --limit 30 --json
      """)

  @Argument(help: "The feature.")
  var feature: FeatureName

  @OptionGroup var source: DashboardOptions

  @Option(help: ArgumentHelp("How many to list.", valueName: "count"))
  var limit = 10

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000.") }
  }

  func run() async throws {
    let session = try await source.open()
    let store = try session.existingStore()
    let dashboard = try store.dashboard(feature)
    let similar = FeatureWrites(session.model.transformer, session.basis).similar(
      to: feature, limit: limit, session.workers)
    let coactive = Array(dashboard.coactive.prefix(limit))
    guard !json else { return try Terminal.printJSON(Answer(decoder: similar, coactive: coactive)) }
    let labels = try store.winningLabels(similar.map(\.name) + coactive.map(\.name) + [feature])
    try Terminal.say(
      """
      \(Terminal.strong("\(feature)"))  \(labels[feature].map { Terminal.printable($0.text) } ?? "no label")

      \(Terminal.strong("writes alike"))
      \(FeatureList.text(similar.map { ($0.name, [Double($0.cosine).rounded(to: 3)]) }, head: ["cosine"], labels: labels))

      \(Terminal.strong("active together"))
      \(coactive.isEmpty ? "none that is rare enough to tell" : FeatureList.text(coactive.map { ($0.name, [percentage(Double($0.overlap))]) }, head: ["overlap"], labels: labels))
      """)
  }

  private struct Answer: Encodable {
    var decoder: [SimilarFeature]
    var coactive: [CoactiveFeature]
  }
}
