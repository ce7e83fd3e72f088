import ArgumentParser
import FeatureDashboards

struct SampleFeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Show random features as they are.",
    discussion: """
      Every feature is as likely as any other, those that are never active included: this is what the set and its labels \
      are really like.

      Examples:
        microscope features sample
        microscope features sample --count 30 --seed 0 --markdown
      """)

  @OptionGroup var source: DashboardOptions

  @Option(help: ArgumentHelp("How many.", valueName: "count"))
  var count = 10

  @Option(help: "Determines which.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Examples of each feature.", valueName: "count"))
  var examples = 3

  @Flag(help: "Print Markdown.")
  var markdown = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...10_000).contains(count) else { throw ValidationError("--count takes 1 to 10000.") }
    guard (0...20).contains(examples) else { throw ValidationError("--examples takes 0 to 20.") }
    guard !(markdown && json) else { throw ValidationError("Choose --markdown or --json.") }
  }

  func run() async throws {
    let store = try await source.existingStore()
    let names = store.info.randomFeatures(count, seed: seed)
    let cards = try store.cards(names, examples: examples)
    if json { return try Terminal.printJSON(cards) }
    let parts = try cards.map { card in
      let rule = try store.rule(card.name) != nil
      let labels = try store.labels(card.name)
      return markdown
        ? FeatureMarkdown(card: card, labels: labels, hasRule: rule, texts: store.texts).text
        : plain(card, store.texts)
    }
    try Terminal.say(parts.joined(separator: markdown ? "\n\n" : "\n"))
  }

  private func plain(_ card: FeatureCard, _ texts: TokenTexts) -> String {
    let title = card.label.map { Terminal.printable($0.text) } ?? "no label"
    let head = "\(Terminal.strong("\(card.name)"))  \(title)".fitting(max(40, Terminal.width + 8))
    let lines = card.examples.map { example in
      let line = ExampleLine(example: example, texts: texts, greatest: card.greatest)
      return "  " + line.text(columns: Terminal.width - 3, colours: Terminal.showsColours)
    }
    return ([head] + lines).joined(separator: "\n")
  }
}
