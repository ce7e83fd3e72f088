import ArgumentParser
import CircuitGraphs
import Evaluations
import FeatureDashboards
import Figures
import Foundation
import Interventions
import LinearAlgebra
import LiveServices
import Studies
import Transcoders
import Transformers

struct OperandsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operands", abstract: "Operand plots: what features do over all pairs of two numbers.",
    discussion: """
      Each template holds {a} and {b}, which every pair of operands takes the place of. A feature's activation at one \
      position is drawn over all pairs and classified by the rule that tells it best: a lookup table of the ones digits, \
      the sum, the sum modulo a number, one operand or its digit, or a size in low precision; with the share of variance \
      that the rule explains, adjusted for its number of classes (R²). Below \(OperandFit.leastScore) no rule is named.

      Without --features, those are taken that carry the graph of one pair (--prompt). With several templates, each plot of \
      the others is correlated with the first one's.

      Examples:
        microscope operands "{a} + {b} =" --model specimen/sums --figure sums.svg
        microscope operands "{a}+{b}=" --a 0..9 --b 0..9 --model gemma-3-270m --json
        microscope operands "{a} + {b} =" "| {a} | {b} |" --features 0/12 1/40
      """)

  @Argument(
    help: ArgumentHelp(
      "Texts with {a} and {b}; the first is the one that rules are about.", valueName: "template"))
  var templates: [String]

  @OptionGroup var options: AnalysisOptions

  @Option(help: ArgumentHelp("The first operands: a range, or numbers with commas.", valueName: "0..99"))
  var a = OperandList(numbers: Array(0...99))

  @Option(help: ArgumentHelp("The second operands.", valueName: "0..99"))
  var b = OperandList(numbers: Array(0...99))

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Features to plot.", valueName: "layer/index"))
  var features: [FeatureName] = []

  @Option(
    help: ArgumentHelp("The pair whose graph's features are plotted. (default: 36,59)", valueName: "a,b"))
  var prompt: OperandList?

  @Option(help: "How many of the graph's features to plot.")
  var limit = 12

  @Option(help: ArgumentHelp("Where to read; −1 is the prompt's last token.", valueName: "position"))
  var at = -1

  func validate() throws {
    guard !templates.isEmpty, templates.allSatisfy({ $0.contains("{a}") && $0.contains("{b}") }) else {
      throw ValidationError("A template holds {a} and {b}, such as '{a} + {b} ='.")
    }
    guard (1...1000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000.") }
    guard prompt.map({ $0.numbers.count == 2 }) ?? true else {
      throw ValidationError("--prompt takes one pair, such as 36,59.")
    }
    guard a.numbers.count * b.numbers.count <= 250_000 else {
      throw ValidationError("These are more than 250000 pairs: give shorter lists with --a and --b.")
    }
  }

  func run() async throws {
    let subject = try await options.open()
    let grid = OperandGrid(a: a.numbers, b: b.numbers)
    let features = try self.features.isEmpty ? graphFeatures(subject) : checked(subject)
    var plots: [[OperandPlot]] = []
    for template in templates { plots.append(try read(template, features, grid, subject)) }
    Terminal.progress("")
    let report = OperandsReport(
      subject, templates: templates, position: at, grid: grid, plots: plots, labels: subject.labels(features))
    try options.draw(report.picture(plots).svg)
    if options.json { try Terminal.printJSON(report) } else { try Terminal.say(report.text) }
  }

  private static func text(_ template: String, _ a: Int, _ b: Int) -> String {
    template.replacing("{a}", with: "\(a)").replacing("{b}", with: "\(b)")
  }

  private func checked(_ subject: AnalysisSubject) throws -> [FeatureName] {
    let basis = subject.probe.basis
    for feature in features {
      guard feature.layer < basis.layerCount, feature.index < basis.featureCount(layer: feature.layer) else {
        throw CommandError("There is no feature \(feature) in \(subject.basisName): name another one.")
      }
    }
    return features
  }

  /// The features that carry the graph of one pair, at the position that is read.
  private func graphFeatures(_ subject: AnalysisSubject) throws -> [FeatureName] {
    let pair = prompt?.numbers ?? [a.middle(36), b.middle(59)]
    let text = OperandsCommand.text(templates[0], pair[0], pair[1])
    let tokens = try subject.tokens(text)
    Terminal.progress("tracing ‘\(Terminal.visible(text))’")
    let traced = try PromptTrace(
      TraceSettings(), transcoders: subject.transcoders, model: subject.model, tokens: tokens
    ).run()
    let found = traced.pruned.strongestFeatures(limit, at: try position(in: tokens))
    guard !found.isEmpty else {
      throw CommandError(
        "The graph of ‘\(Terminal.visible(text))’ has no features at that position: choose another with --at, or name features with --features."
      )
    }
    return found
  }

  private func position(in tokens: [Int]) throws -> Int {
    let position = at < 0 ? tokens.count + at : at
    guard (1..<max(tokens.count, 2)).contains(position), position < tokens.count else {
      throw CommandError(
        "A prompt has \(tokens.count) tokens, and features count from position 1 on: choose another place than \(at) with --at."
      )
    }
    return position
  }

  private func read(
    _ template: String, _ features: [FeatureName], _ grid: OperandGrid, _ subject: AnalysisSubject
  ) throws -> [OperandPlot] {
    var prompts: [[Int]] = []
    for cell in 0..<grid.count {
      let (a, b) = grid.pair(cell)
      let tokens = try subject.tokens(OperandsCommand.text(template, a, b))
      _ = try position(in: tokens)
      prompts.append(tokens)
    }
    let clock = ContinuousClock()
    let start = clock.now
    return subject.probe.operandPlots(of: features, over: grid, at: at, prompts: prompts, subject.workers) {
      done in
      let left = (clock.now - start) / .seconds(1) * Double(grid.count - done) / Double(done)
      Terminal.progress(
        "‘\(Terminal.visible(template))’: \(done.grouped) of \(grid.count.grouped) pairs, about \(left.rounded(to: 0)) s left"
      )
    }
  }
}

/// Numbers on the command line: `0..99`, or `1,2,5`.
struct OperandList: ExpressibleByArgument {
  var numbers: [Int]

  /// As it is written on the command line, for the help.
  var defaultValueDescription: String {
    guard let first = numbers.first, let last = numbers.last, numbers == Array(first...max(first, last))
    else {
      return numbers.map(String.init).joined(separator: ",")
    }
    return "\(first)..\(last)"
  }

  init(numbers: [Int]) { self.numbers = numbers }

  init?(argument: String) {
    let ends = argument.split(separator: ".", omittingEmptySubsequences: true).compactMap { Int($0) }
    if argument.contains(".."), ends.count == 2, ends[0] <= ends[1], ends[1] - ends[0] < 100_000 {
      numbers = Array(ends[0]...ends[1])
      return
    }
    let list = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = list.compactMap { Int($0) }
    guard !numbers.isEmpty, numbers.count == list.count,
      Set(numbers).count == numbers.count || numbers.count == 2
    else { return nil }
  }

  /// A number of the list: the one that is wanted, else the middle one.
  func middle(_ wanted: Int) -> Int { numbers.contains(wanted) ? wanted : numbers[numbers.count / 2] }
}
