import ArgumentParser
import FeatureDashboards
import LiveServices
import Tokenizers
import Transformers

struct FiringFeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "on", abstract: "Show which features fire on a text, and where.",
    discussion: """
      A table of heat: a row for each feature, a column for each token. Heat is the activation over the greatest one of \
      the dashboards' text; where there are no dashboards, over the greatest here. Features that are active nearly \
      everywhere say little: --max-density leaves them out.

      Examples:
        microscope features on "The capital of France is"
        microscope features on "The capital of France is" --at -1 --limit 40
        microscope features on --prompt-file text.txt --layers 10...20 --json
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var source: DashboardOptions

  @Option(help: ArgumentHelp("How many features to list.", valueName: "count"))
  var limit = 25

  @Option(
    help: ArgumentHelp(
      "Only the features that fire at this position; −1 is the last.", valueName: "position"))
  var at: Int?

  @Option(help: ArgumentHelp("Only features of these layers.", valueName: "5...12"))
  var layers: LayerRange?

  @Option(
    help: ArgumentHelp("Leave out features that are active at more of the positions.", valueName: "share"))
  var maxDensity = 0.05

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000.") }
    guard (0...1).contains(maxDensity) else { throw ValidationError("--max-density is a share from 0 to 1.") }
  }

  func run() async throws {
    let session = try await source.open()
    let tokens = try prompt.tokens(
      session.model.tokenizer, transformer: session.model.transformer, rule: session.firstToken,
      compatible: false)
    try MemoryNeed(tracing: session.model.transformer.configuration, positions: tokens.count).check()
    let table = try FiringTable(
      tokens, pieces: tokens.map { session.model.tokenizer.piece($0) },
      activity: session.reader.activity(tokens),
      store: try session.openStore(), selection: try selection(tokens.count))
    if json { try Terminal.printJSON(table) } else { try Terminal.say(HeatTable(table).text) }
  }

  private func selection(_ count: Int) throws -> FiringTable.Selection {
    let position = at.map { $0 < 0 ? $0 + count : $0 }
    guard position.map((0..<count).contains) ?? true else {
      throw CommandError("There is no position \(at ?? 0): the text has \(count) tokens, 0 to \(count - 1).")
    }
    return FiringTable.Selection(
      limit: limit, position: position, layers: layers?.layers, maxDensity: maxDensity)
  }
}
