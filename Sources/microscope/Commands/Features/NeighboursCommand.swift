import ArgumentParser
import FeatureDashboards
import TranscoderTraining
import Transformers

struct NeighboursCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neighbours",
    abstract: "Show which features a feature is connected with over all prompts, by virtual weights.",
    discussion: """
      The weight V is what one feature writes, read by the other, straight through the residual stream. Most large \
      weights are interference: between features that are never active together. So weights are taken times how the two \
      are active together (TWERA: E[a_target · a_source] / E[a_target] · V), and pairs that never are, are left out and \
      counted. The text for that is --text, else the feature's own examples, in which it is more active than elsewhere. \
      Attention and what passes through other features are not seen.

      Examples:
        microscope features neighbours 12/845
        microscope features neighbours 12/845 --text corpus/en --contexts 64 --json
      """)

  @Argument(help: "The feature.")
  var feature: FeatureName

  @OptionGroup var source: DashboardOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files or folders of text in which to see what is active together. (default: the feature's examples)",
      valueName: "path"))
  var text: [String] = []

  @Option(help: ArgumentHelp("Contexts of the text to read.", valueName: "count"))
  var contexts = 64

  @Option(help: ArgumentHelp("How many to list on each side.", valueName: "count"))
  var limit = 10

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000.") }
    guard (1...100_000).contains(contexts) else { throw ValidationError("--contexts takes 1 to 100000.") }
  }

  func run() async throws {
    let session = try await source.open()
    let store = try session.existingStore()
    let dashboard = try store.dashboard(feature)
    guard let weights = VirtualWeights(session.model.transformer, session.basis) else {
      throw CommandError(
        "Neurons multiply what they read, so there are no virtual weights between them: name transcoders with --transcoders."
      )
    }
    let read = try texts(session, store, dashboard)
    Terminal.progress("reading \(read.count.grouped) contexts")
    let coactivation = Coactivation(of: feature, read, session.reader, session.workers)
    Terminal.progress("")
    let answer = Answer(
      inputs: Neighbours(
        weights.inputs(of: feature, session.workers), areInputs: true, coactivation, limit: limit),
      outputs: Neighbours(
        weights.outputs(of: feature, session.workers), areInputs: false, coactivation, limit: limit),
      places: coactivation.places, activePlaces: coactivation.activePlaces)
    if json { try Terminal.printJSON(answer) } else { try show(answer, store) }
  }

  private struct Answer: Encodable {
    var inputs: Neighbours
    var outputs: Neighbours
    /// Places of the text that were read, and those of them where the feature is active.
    var places: Int
    var activePlaces: Int
  }

  /// The contexts to read: of the text, or the passages of the feature's examples.
  private func texts(
    _ session: DashboardSubject, _ store: DashboardStore, _ dashboard: FeatureDashboard
  ) throws -> [[Int]] {
    guard text.isEmpty else {
      var stream = ContextStream(
        try TextCorpus(paths: text), tokenizer: session.model.tokenizer, first: session.first, length: 128,
        seed: 0)
      var read: [[Int]] = []
      while read.count < contexts, let context = stream.next(repeating: false) { read.append(context) }
      return read
    }
    let ids = Set(dashboard.exampleGroups.flatMap(\.examples).map(\.passage)).sorted()
    return try ids.flatMap { try store.passages($0..<$0 + 1) }.map(\.tokens)
  }

  private func show(_ answer: Answer, _ store: DashboardStore) throws {
    let all = answer.inputs.strongest + answer.outputs.strongest
    let labels = try store.winningLabels(all.map(\.name) + [feature])
    let side = { (title: String, side: Neighbours) in
      let rows = side.strongest.map {
        ($0.name, [signed(Float($0.weighted)), signed($0.weight), $0.together.grouped])
      }
      let list =
        rows.isEmpty
        ? "  none that are active together with it"
        : FeatureList.text(rows, head: ["TWERA", "V", "together"], labels: labels)
      return """
        \(Terminal.strong(title))
        \(list)
        \(Terminal.faint("of the \(limit) largest weights \(side.interfering) are to features never active with it here: interference"))
        """
    }
    try Terminal.say(
      """
      \(Terminal.strong("\(feature)"))  \(labels[feature].map { Terminal.printable($0.text) } ?? "no label")
      \(Terminal.faint("active at \(answer.activePlaces.grouped) of the \(answer.places.grouped) positions read\(text.isEmpty ? " (its own examples)" : "")"))

      \(side("what drives it", answer.inputs))

      \(side("what it drives", answer.outputs))
      """)
  }
}
