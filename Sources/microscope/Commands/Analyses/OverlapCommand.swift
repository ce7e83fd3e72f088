import ArgumentParser
import Figures
import Foundation
import LinearAlgebra
import Studies
import Transformers

struct OverlapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overlap",
    abstract: "How many features texts of one meaning share, layer by layer, beside unrelated texts.",
    discussion: """
      The file has a JSON object on each line: one text in several languages, such as {"en": "The cat sleeps.", "fr": "Le chat \
      dort."}, the same languages on every line. The overlap of two texts in a layer is the number of features active in both \
      over the number active in either, position 0 left out. Unrelated texts are those of other lines, in the same pairs of \
      languages. Intervals are 95% bootstraps over lines. Neurons count as active beyond half of their greatest magnitude.

      Examples:
        microscope overlap parallel.jsonl --model gemma-3-270m --figure overlap.svg
        microscope overlap parallel.jsonl --transcoders neurons --json
      """)

  @Argument(help: ArgumentHelp("The texts, one JSON object a line.", valueName: "file.jsonl"))
  var texts: String

  @OptionGroup var options: AnalysisOptions

  /// What `overlap` reports.
  struct Report: Encodable {
    var model: String
    var transcoders: String
    var overlap: FeatureOverlap
  }

  func run() async throws {
    let items = try items()
    let languages = items[0].keys.sorted()
    let subject = try await options.open()
    let tokens = try items.map { item in try languages.map { try subject.tokens(item[$0] ?? "") } }
    let total = items.count * languages.count
    let overlap = FeatureOverlap(subject.probe, languages: languages, texts: tokens, subject.workers) {
      Terminal.progress("\($0) of \(total) texts")
    }
    Terminal.progress("")
    try options.draw(overlap.figure.svg)
    let report = Report(model: subject.name, transcoders: subject.basisName, overlap: overlap)
    if options.json { try Terminal.printJSON(report) } else { try Terminal.say(OverlapCommand.text(report)) }
  }

  private func items() throws -> [[String: String]] {
    guard let text = String(validating: try PromptFile.bytes(texts), as: UTF8.self) else {
      throw CommandError("\(texts) is not valid UTF-8: convert it first.")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    let items = try lines.compactMap { number, line -> [String: String]? in
      guard line.contains(where: { !$0.isWhitespace }) else { return nil }
      guard let item = try? JSONDecoder().decode([String: String].self, from: Data(line.utf8)),
        item.count > 1,
        item.values.allSatisfy({ !$0.isEmpty })
      else {
        throw CommandError(
          "Line \(number + 1) of \(texts) is not such as {\"en\": \"small\", \"fr\": \"petit\"}: correct it.")
      }
      return item
    }
    guard items.count > 1 else { throw CommandError("\(texts) holds fewer than two lines: give more texts.") }
    guard let wrong = items.firstIndex(where: { $0.keys.sorted() != items[0].keys.sorted() }) else {
      return items
    }
    throw CommandError("Text \(wrong + 1) of \(texts) has other languages than the first: give all the same.")
  }

  private static func text(_ report: Report) -> String {
    let cell = { (estimate: MeanEstimate) -> String in
      guard let mean = estimate.mean, let range = estimate.range else { return "–" }
      return "\(mean.rounded(to: 3)) (\(range.lowerBound.rounded(to: 3))–\(range.upperBound.rounded(to: 3)))"
    }
    let rows = report.overlap.layers.enumerated().map { layer, row in
      ["\(layer)", cell(row.parallel), cell(row.unrelated), cell(row.difference)]
    }
    let names = report.overlap.languages.map(Terminal.visible).joined(separator: ", ")
    return
      (["\(report.model), \(report.transcoders): \(report.overlap.items) texts in \(names)", ""]
      + Table.lines([["layer", "same meaning", "unrelated", "difference"]] + rows)).joined(separator: "\n")
  }
}
