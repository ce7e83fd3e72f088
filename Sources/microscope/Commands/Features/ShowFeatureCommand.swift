import ArgumentParser
import FeatureDashboards

struct ShowFeatureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what is known of a feature.",
    discussion: """
      Its labels and who gave them, how often and how strongly it is active, the tokens at which it is, what it raises \
      and lowers in the output by itself, what is active with it, and its examples, from the strongest down.

      Examples:
        microscope features show 12/845
        microscope features show 12/845 --examples 10 --json
      """)

  @Argument(help: "The feature: its layer and its index in it.")
  var feature: FeatureName

  @OptionGroup var source: DashboardOptions

  @Option(help: ArgumentHelp("Examples of each group.", valueName: "count"))
  var examples = 5

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (0...1000).contains(examples) else { throw ValidationError("--examples takes 0 to 1000.") }
  }

  func run() async throws {
    let store = try await source.existingStore()
    let dashboard = try store.dashboard(feature)
    let (labels, rule) = (try store.labels(feature), try store.rule(feature))
    let scores = try store.scores(of: feature)
    guard !json else {
      return try Terminal.printJSON(
        FeatureAnswer(dashboard: dashboard, labels: labels, rule: rule, scores: scores))
    }
    let printer = FeaturePrinter(
      dashboard: dashboard, labels: labels, rule: rule, scores: scores,
      others: try store.winningLabels(dashboard.coactive.map(\.name)), info: store.info, texts: store.texts,
      exampleCount: examples)
    try Terminal.say(printer.text)
  }

  private struct FeatureAnswer: Encodable {
    var dashboard: FeatureDashboard
    var labels: [FeatureLabel]
    var rule: TokenRule?
    var scores: [FeatureScore]
  }
}
