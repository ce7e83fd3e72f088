import ArgumentParser
import Figures
import Foundation
import Interventions
import LinearAlgebra
import LiveServices
import ModelCatalogues
import Tokenizers
import Transformers

struct SuccessRateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "success-rate",
    abstract: "How often prompts are continued as expected, without and with changed features.",
    discussion: """
      The file has a JSON object on each line: "prompt", "expect" and, where the prompts need changes of their own, \
      "set", a list of such as "12/845@-1=x-2". Rates come with 95% confidence intervals (Wilson).

      Examples:
        microscope success-rate couplets.jsonl --count 12 --criterion line-ends
        microscope success-rate capitals.jsonl --set 23/1027@-1=x0 --figure rates.svg
      """)

  @Argument(help: ArgumentHelp("The prompts, one JSON object a line.", valueName: "file.jsonl"))
  var prompts: String

  @OptionGroup var options: ModelOptions
  @OptionGroup var basis: TranscoderOptions
  @OptionGroup var changes: InterventionOptions
  @OptionGroup var generation: GenerationOptions

  @Option(help: "The most tokens to add to each prompt.")
  var count = 8

  @Option(
    help: ArgumentHelp(
      "What counts as success: the continuation starts with what is expected, contains it, or its first line ends in that word.",
      valueName: "starts|contains|line-ends"), transform: notated)
  var criterion = SuccessCriterion.starts

  @Option(
    help: ArgumentHelp("Draw the rates: .svg, or .png where rsvg-convert is installed.", valueName: "file"))
  var figure: String?

  @Flag(help: "Print JSON.")
  var json = false

  /// One prompt of the file.
  private struct Case: Decodable {
    var prompt: String
    var expect: String
    var set: [Intervention]?
  }

  /// What became of a prompt.
  struct Line: Encodable {
    var prompt: String
    var expect: String
    var unmodified: String
    var modified: String
    var isMetUnmodified: Bool
    var isMetModified: Bool
  }

  /// What became of all.
  struct Report: Encodable {
    var unmodified: Rate
    var unmodifiedInterval: [Double]
    var modified: Rate
    var modifiedInterval: [Double]
    var prompts: [Line]
  }

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count takes a number of tokens from 1 on.") }
    guard changes.graph == nil else {
      throw ValidationError("--graph belongs to one prompt: name the features with --set.")
    }
  }

  func run() async throws {
    if let figure { try FigureFile.check(figure) }
    let cases = try cases()
    let resolved = try await options.resolve()
    let model = try options.open(resolved)
    let features = try await basis.steerable(model.transformer, model: options.model)
    var session = InterventionSession(model, features)
    var lines: [Line] = []
    for (index, item) in cases.enumerated() {
      Terminal.progress("prompt \(index + 1) of \(cases.count)")
      lines.append(try line(item, model, resolved.firstToken, &session))
    }
    Terminal.progress("")
    let report = SuccessRateCommand.report(lines)
    if let figure { try FigureFile.write(SuccessRateCommand.chart(report, criterion).svg, to: figure) }
    if json { try Terminal.printJSON(report) } else { try Terminal.say(SuccessRateCommand.text(report)) }
  }

  private func cases() throws -> [Case] {
    guard let text = String(validating: try PromptFile.bytes(prompts), as: UTF8.self) else {
      throw CommandError("\(prompts) is not valid UTF-8: convert it first.")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let cases = try lines.enumerated().compactMap { number, line -> Case? in
      guard line.contains(where: { !$0.isWhitespace }) else { return nil }
      do {
        return try JSONDecoder().decode(Case.self, from: Data(line.utf8))
      } catch {
        throw CommandError(
          "Line \(number + 1) of \(prompts) is not such as {\"prompt\": \"2, 4,\", \"expect\": \"6\", \"set\": [\"12/845@-1=x0\"]}: correct it."
        )
      }
    }
    guard !cases.isEmpty else {
      throw CommandError("\(prompts) holds no prompts: write one JSON object a line.")
    }
    return cases
  }

  private func line(
    _ item: Case, _ model: LanguageModel, _ rule: FirstTokenRule, _ session: inout InterventionSession
  ) throws -> Line {
    let prompt = try PromptOptions.parse(["--", item.prompt])
    var request = InterventionRequest(tokens: try prompt.tokens(of: item.prompt, model, rule: rule))
    changes.apply(to: &request)
    request.interventions += item.set ?? []
    request.generation = .init(
      count: count, temperature: generation.temperature, topP: generation.topP, seed: generation.seed)
    let text = try session.respond(to: request).text
    let (before, after) = (text?.before ?? "", text?.after ?? "")
    return Line(
      prompt: item.prompt, expect: item.expect, unmodified: before, modified: after,
      isMetUnmodified: criterion.isMet(by: before, expecting: item.expect),
      isMetModified: criterion.isMet(by: after, expecting: item.expect))
  }

  private static func report(_ lines: [Line]) -> Report {
    let before = Rate(successes: lines.count(where: \.isMetUnmodified), trials: lines.count)
    let after = Rate(successes: lines.count(where: \.isMetModified), trials: lines.count)
    return Report(
      unmodified: before, unmodifiedInterval: [before.interval.lowerBound, before.interval.upperBound],
      modified: after, modifiedInterval: [after.interval.lowerBound, after.interval.upperBound],
      prompts: lines)
  }

  private static func text(_ report: Report) -> String {
    let rows = report.prompts.map { line in
      [
        "  " + Terminal.visible(String(line.prompt.suffix(36))), "→ ‘\(Terminal.visible(line.expect))’",
        (line.isMetUnmodified ? "✓ " : "✗ ") + Terminal.visible(String(line.unmodified.prefix(24))),
        (line.isMetModified ? "✓ " : "✗ ") + Terminal.visible(String(line.modified.prefix(24))),
      ]
    }
    return
      (Table.lines([["  prompt", "expected", "unmodified", "modified"]] + rows) + [
        "", "unmodified  \(report.unmodified.sentence)", "modified    \(report.modified.sentence)",
      ]).joined(separator: "\n")
  }

  private static func chart(_ report: Report, _ criterion: SuccessCriterion) -> BarChart {
    BarChart(
      title: "Continuations as expected (\(criterion))",
      bars: [
        .init(name: "unmodified", share: report.unmodified.share, interval: report.unmodified.interval),
        .init(name: "modified", share: report.modified.share, interval: report.modified.interval),
      ])
  }
}

extension Rate {
  /// The rate with its interval, in percent.
  fileprivate var sentence: String {
    let percent = { (share: Double) in "\((100 * share).rounded(to: 0))%" }
    return
      "\(successes) of \(trials), \(percent(share)) (95% interval \(percent(interval.lowerBound))–\(percent(interval.upperBound)))"
  }
}
