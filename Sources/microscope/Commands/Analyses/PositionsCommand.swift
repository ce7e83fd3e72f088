import ArgumentParser
import FeatureDashboards
import Figures
import Foundation
import GraphFiles
import LiveServices
import ModelCatalogues
import ReplacementModels
import Studies
import Tokenizers
import Transcoders
import Transformers

struct PositionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "positions", abstract: "Attribute the next token at many positions of one text.",
    discussion: """
      A graph for every position, or for those of --at: what the model would say there, how sure it was of what the text \
      says, how much the graph captures, and the features that carry it. The figure shows which features take over from \
      which along the text. With --output, each graph is written as a file of its own, which 'serve' shows. The first \
      position has no features and is left out.

      Examples:
        microscope positions "Roses are red, violets are blue" --figure positions.svg
        microscope positions --text-file answer.txt --at 20..40 --actual --output graphs
      """)

  @Argument(help: "The text.")
  var text: String?

  @Option(help: ArgumentHelp("A file that holds the text.", valueName: "file"))
  var textFile: String?

  @OptionGroup var options: AnalysisOptions

  @Option(help: ArgumentHelp("The positions; negative ones count from the end.", valueName: "5..9|3,7,-1"))
  var at: PositionList?

  @Flag(help: "Explain the token that the text has next, instead of the most probable ones.")
  var actual = false

  @Option(
    help: ArgumentHelp("The most features whose own inputs are computed, of each graph.", valueName: "count"))
  var maxFeatureNodes: Int?

  @Option(help: ArgumentHelp("Write the graphs there.", valueName: "folder"))
  var output: String?

  @Option(help: "The beginning of the graphs' names. (default: made from the text)")
  var slug: String?

  @Option(help: "How many features the figure shows.")
  var limit = 30

  func validate() throws {
    guard (text == nil) != (textFile == nil) else {
      throw ValidationError("Give one text: as it is, or with --text-file.")
    }
    guard maxFeatureNodes.map((1...1_000_000).contains) ?? true else {
      throw ValidationError("--max-feature-nodes takes 1 to 1000000.")
    }
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000.") }
    if let slug { _ = try Slug(slug) }
  }

  func run() async throws {
    if let output { try OutputPlace.check(folder: output, option: "--output") }
    let text = try self.text ?? file()
    guard !text.isEmpty else { throw CommandError("The text is empty: give at least one character.") }
    let subject = try await options.open()
    let tokens = try subject.tokens(text)
    let positions = try positions(tokens.count)
    let traces = try subject.transcoders.map {
      try PositionTraces(subject.model.transformer, $0, tokens: tokens)
    }
    let name = try slug.map { try Slug($0) } ?? Slug.slug(from: text)
    var report = PositionsReport(subject, tokens)
    for (done, position) in positions.enumerated() {
      Terminal.progress("position \(position): graph \(done + 1) of \(positions.count)")
      let traced = try trace(position, tokens, traces, subject)
      report.add(traced, at: position, of: tokens, file: try write(traced, position, name, subject))
    }
    Terminal.progress("")
    let labels = subject.labels(report.shownFeatures)
    try options.draw(report.map(limit, piece: subject.piece) { labels[$0] ?? "\($0)" }.svg)
    if options.json {
      try Terminal.printJSON(report)
    } else {
      try Terminal.say(report.text(subject.piece, labels))
    }
  }

  private func file() throws -> String {
    guard let text = String(validating: try PromptFile.bytes(textFile ?? ""), as: UTF8.self) else {
      throw CommandError("The file \(textFile ?? "") is not valid UTF-8: convert it first.")
    }
    return text
  }

  private func positions(_ count: Int) throws -> [Int] {
    let last = actual ? count - 2 : count - 1
    guard last >= 1 else {
      throw CommandError(
        "The text has \(count) tokens: give a longer one, as the first position has no features.")
    }
    guard let at else { return Array(1...last) }
    let chosen = Set(at.numbers.map { $0 < 0 ? $0 + count : $0 }).sorted()
    guard let wrong = chosen.first(where: { !(1...last).contains($0) }) else { return chosen }
    throw CommandError(
      "There is nothing to explain at position \(wrong): the text has \(count) tokens, so take 1 to \(last).")
  }

  /// The graph of one position; transcoders share one pass over the text.
  private func trace(
    _ position: Int, _ tokens: [Int], _ traces: PositionTraces?, _ subject: AnalysisSubject
  ) throws -> TracedPrompt {
    var settings = TraceSettings()
    settings.maxFeatureNodes = maxFeatureNodes
    if actual { settings.targets = [.id(tokens[position + 1])] }
    let library = TraceCommand.library(subject.resolved, subject.folder)
    let set = subject.transcoders?.name ?? "neurons:" + subject.name
    let prefix = Array(tokens[...position])
    let trace = PromptTrace(
      settings, transcoders: subject.transcoders, model: subject.model, tokens: prefix
    ) { library.labels(of: $0, in: set) }
    return try traces.map { try trace.run(on: $0.model(at: position)) } ?? trace.run()
  }

  /// Writes a graph, where that was asked for; returns its file.
  private func write(
    _ traced: TracedPrompt, _ position: Int, _ name: Slug, _ subject: AnalysisSubject
  ) throws -> String? {
    guard let output else { return nil }
    let folder = URL(filePath: output)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = traced.file(
      slug: try Slug(name.text.prefix(100) + "-at-\(position)"), model: subject.name,
      program: .init(name: "microscope", version: Microscope.version, url: ""), seconds: traced.seconds.total)
    return try traced.write(file, to: folder).path
  }
}

/// Positions on the command line: `5..9`, or `3,7,-1`.
struct PositionList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    guard let list = OperandList(argument: argument) else { return nil }
    numbers = list.numbers
  }
}
