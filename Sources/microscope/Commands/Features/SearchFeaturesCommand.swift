import ArgumentParser
import FeatureDashboards

struct SearchFeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find features by the words of their labels, examples and output tokens.",
    discussion: """
      All words must be there; the last may be only begun. Labels count most.

      Examples:
        microscope features search "capital cities"
        microscope features search Paris --limit 50 --json
      """)

  @Argument(help: "The words.")
  var text: String

  @OptionGroup var source: DashboardOptions

  @Option(help: ArgumentHelp("How many to list.", valueName: "count"))
  var limit = 20

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...2000).contains(limit) else { throw ValidationError("--limit takes 1 to 2000.") }
  }

  func run() async throws {
    let store = try await source.existingStore()
    var query = FeatureQuery()
    query.text = text
    query.order = .relevance
    query.limit = limit
    let page = try store.features(query)
    guard !json else { return try Terminal.printJSON(page) }
    guard !page.cards.isEmpty else { return try Terminal.say("no feature has these words") }
    let labels = page.cards.reduce(into: [FeatureName: FeatureLabel]()) { $0[$1.name] = $1.label }
    let list = FeatureList.text(
      page.cards.map { ($0.name, [percentage($0.density), number($0.greatest)]) }, head: ["active", "up to"],
      labels: labels)
    try Terminal.say(list + "\n\(page.cards.count.grouped) of \(page.total.grouped) found")
  }
}
