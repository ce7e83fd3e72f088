import ArgumentParser
import Attribution
import FeatureDashboards
import Figures
import GraphFiles
import Interventions
import LinearAlgebra
import Studies
import Tokenizers
import Transformers

struct ContrastCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contrast",
    abstract: "Two prompts' graphs side by side, with the features that one of them lacks.",
    discussion: """
      Both graphs explain the same two outputs: what the model says to the first prompt, and what it says to the second. \
      For each feature of either pruned graph: its activation, its share of the influence and its direct effect in both \
      prompts. A feature that is active in one prompt and silent in the other gets there the effect that it would have if \
      it were as active, and what keeps it silent (the strongest negative inputs): such features are in no graph of the \
      prompt. The model's neurons are never silent; with them only what is active is compared.

      Examples:
        microscope contrast "The capital of France is" "The capital of Italy is" --figure contrast.svg
        microscope contrast "Fact: Michael Jordan plays the sport of" "Fact: Michael Batkin plays the sport of" \
          --model gemma-3-270m --limit 40
      """)

  @Argument(help: "The first prompt.")
  var first: String

  @Argument(help: "The second prompt.")
  var second: String

  @OptionGroup var options: AnalysisOptions

  @Option(
    help: ArgumentHelp(
      "How positions are matched: from the start as far as both prompts begin alike and else from the end; always from the end; always from the start; or by the same token.",
      valueName: "ends|last|index|token"), transform: notated)
  var align = PositionMapping.ends

  @Option(help: ArgumentHelp("The most features whose own inputs are computed.", valueName: "count"))
  var maxFeatureNodes: Int?

  @Option(help: "How many features to print and to draw.")
  var limit = 24

  @Option(
    help: ArgumentHelp(
      "Write both prompts' graphs there, with the features that are silent in one but active in the other; 'serve' shows them.",
      valueName: "folder"))
  var output: String?

  @Option(help: "The beginning of the graphs' names. (default: made from the prompts)")
  var slug: String?

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes 1 to 10000.") }
    guard maxFeatureNodes.map((1...1_000_000).contains) ?? true else {
      throw ValidationError("--max-feature-nodes takes 1 to 1000000.")
    }
    if let slug { _ = try Slug(slug) }
  }

  func run() async throws {
    if let output { try OutputPlace.check(folder: output, option: "--output") }
    let subject = try await options.open()
    var graphs: [ContrastGraph] = []
    var settings = ContrastSettings()
    settings.attribution.maxFeatureNodes = maxFeatureNodes ?? (subject.transcoders == nil ? 1000 : 7500)
    let contrast = try GraphContrast(
      subject.model.transformer, subject.graphBasis, first: try subject.tokens(first),
      second: try subject.tokens(second), mapping: align, settings: settings,
      graphs: { graphs = $0 }
    ) { Terminal.progress($0) }
    Terminal.progress("")
    var report = ContrastReport(subject, contrast, prompts: [first, second])
    if let output {
      let files = ContrastFiles(subject, report, folder: output)
      report.files = try graphs.enumerated().map { side, graph in
        try files.write(graph, side: side, slug: slug)
      }
    }
    try options.draw(report.bars(limit).svg)
    if options.json { try Terminal.printJSON(report) } else { try Terminal.say(report.text(limit)) }
  }
}

/// What `contrast` found.
struct ContrastReport: Encodable {
  var model: String
  var transcoders: String
  var prompts: [String]
  /// The pieces of both prompts.
  var pieces: [[String]]
  /// What the model says to each prompt.
  var outputs: [String]
  var contrast: GraphContrast
  /// What the features are called.
  var labels: [String: String]
  /// The graphs that were written.
  var files: [String] = []

  init(_ subject: AnalysisSubject, _ contrast: GraphContrast, prompts: [String]) {
    model = subject.name
    transcoders = subject.basisName
    self.prompts = prompts
    pieces = contrast.sides.map { $0.tokens.map { subject.model.tokenizer.piece($0) } }
    outputs = contrast.sides.map { subject.model.tokenizer.piece($0.top) }
    self.contrast = contrast
    let features = Set(contrast.rows.map(\.feature)).sorted()
    labels = Dictionary(uniqueKeysWithValues: subject.labels(features).map { ("\($0.key)", $0.value) })
  }

  func label(_ feature: FeatureName) -> String { labels["\(feature)"] ?? "\(feature)" }

  func bars(_ limit: Int) -> SignedBars {
    let names = prompts.map { Terminal.visible($0) }
    // Long prompts that begin alike are told apart by what comes then, and the word before it.
    let shared = names[0].prefix(zip(names[0], names[1]).prefix { $0 == $1 }.count)
    let words = shared.split(separator: " ", omittingEmptySubsequences: false).dropLast(2)
    let cut = names.contains { $0.count > 100 } ? words.joined(separator: " ").count : 0
    let ends = names.map { cut > 0 ? "…" + $0.dropFirst(cut) : $0 }
    return SignedBars(
      contrast, rows: limit, names: (ends[0], ends[1]),
      outputs: ("‘\(Terminal.visible(outputs[0]))’", "‘\(Terminal.visible(outputs[1]))’"), label: label)
  }

  func text(_ limit: Int) -> String {
    let sides = contrast.sides.indices.map { place in
      let side = contrast.sides[place]
      return
        "\(place + 1)  ‘\(Terminal.visible(prompts[place]))’ → ‘\(Terminal.visible(outputs[place]))’ \((100 * Double(side.probability)).rounded(to: 1))%, "
        + "replacement \(side.replacement.rounded(to: 2)), completeness \(side.completeness.rounded(to: 2))"
    }
    let counts = [GraphContrast.Status.both, .onlyFirst, .onlySecond].map { status in
      "\(contrast.rows.count { $0.status == status }) \(status == .both ? "in both" : status.rawValue)"
    }
    let head = [
      "feature", "where", "activation 1", "2", "influence 1", "2", "effect 1", "2", "kept silent by",
    ]
    return
      (sides + ["features: " + counts.joined(separator: ", "), ""]
      + Table.lines(
        [head] + contrast.rows.prefix(limit).map(cells)) + [
        "", "(…) would be the effect if it were as active as in the other prompt",
      ])
      .joined(separator: "\n")
  }

  private func cells(_ row: GraphContrast.Row) -> [String] {
    let sides = [row.first, row.second]
    let effect = { (presence: GraphContrast.Presence) -> String in
      guard let effect = presence.effect else { return "–" }
      let text = Double(effect).rounded(to: 3)
      return presence.isHypothetical ? "(\(text))" : text
    }
    let silenced = sides.enumerated().flatMap { side, presence in
      presence.inhibitors.prefix(1).map { "\(name($0.node, side)) \(Double($0.weight).rounded(to: 2))" }
    }
    return [String(label(row.feature).prefix(40)), place(row)]
      + sides.map { Double($0.activation).rounded(to: 2) }
      + sides.map { "\((100 * $0.influence).rounded(to: 1))%" } + sides.map(effect) + [
        silenced.joined(separator: "; ")
      ]
  }

  /// The tokens at which a feature is looked at.
  private func place(_ row: GraphContrast.Row) -> String {
    let names = [(row.first, 0), (row.second, 1)].map { presence, side in
      presence.position.map { Terminal.visible(pieces[side][$0]) } ?? "–"
    }
    return names[0] == names[1] ? "‘\(names[0])’" : "‘\(names[0])’ / ‘\(names[1])’"
  }

  /// A node's name with its token.
  private func name(_ node: String, _ side: Int) -> String {
    let parts = node.split(separator: ":")
    let position = parts[0] == "T" ? parts.last : parts.dropFirst(2).first
    let piece = position.flatMap { Int($0) }.map { Terminal.visible(pieces[side][$0]) } ?? ""
    switch parts[0] {
    case "F": return "\(parts[1])/\(parts[3]) at ‘\(piece)’"
    case "E": return "error of layer \(parts[1]) at ‘\(piece)’"
    default: return "token ‘\(piece)’"
    }
  }
}
