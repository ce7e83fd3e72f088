import ArgumentParser
import Evaluations
import Foundation
import LinearAlgebra
import ModelCatalogues
import ReplacementModels
import TranscoderTraining
import Transcoders
import Transformers

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure how well transcoders stand for a model's MLPs.",
    discussion: """
      On --text: of each layer the unexplained fraction of variance, how many features are active, and how many never \
      are; and how far the replacement model, with every MLP replaced and errors dropped, is from the model. On the \
      prompts of a --suite: how much of each graph the features explain, at growing numbers of expanded features, which \
      the model's own neurons (--neurons) can be compared with. Both take some minutes for each set. With \
      --interpretability: whether the rules that labels state tell where features are active on the --text, and what \
      judges said ('microscope dashboards judge'); the sets must have dashboards.

      Examples:
        microscope evaluate --transcoders mine --text corpus/en --held-out
        microscope evaluate --transcoders plt clt --neurons --suite english --report report
        microscope evaluate --transcoders plt clt --neurons --text corpus/en --held-out --interpretability
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var text: TextOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Folders of transcoders in any format, or ids that the catalogue has for the model. (default: the set that ships for the model)",
      valueName: "set"))
  var transcoders: [String] = []

  @Flag(help: "Score graphs or labels of the model's own neurons, too.")
  var neurons = false

  @Option(help: "Contexts of the text to read.")
  var contexts = 32

  @Option(help: "Tokens of a context.")
  var length = 256

  @Flag(help: "Read only the documents that training left out, by the first set's training.yaml.")
  var heldOut = false

  @Flag(help: "Score the labels of features on the text, instead of measuring the replacement model.")
  var interpretability = false

  @Option(
    help: ArgumentHelp(
      "Score the graphs of these prompts: \(PromptSuite.builtIn.joined(separator: ", ")), or a text file with a prompt a line.",
      valueName: "suite"))
  var suite: String?

  @Option(help: ArgumentHelp("Only the first prompts of the suite.", valueName: "count"))
  var prompts: Int?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("How many features to expand; the more, the longer it takes.", valueName: "count"))
  var nodes = [500, 1000, 2000, 4000]

  @Option(help: ArgumentHelp("Write report.md, report.json and figures there.", valueName: "folder"))
  var report: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(contexts) else { throw ValidationError("--contexts takes 1 to 1000000.") }
    guard (2...131_072).contains(length) else { throw ValidationError("--length takes 2 to 131072.") }
    guard prompts.map({ $0 > 0 }) ?? true else {
      throw ValidationError("--prompts takes a number from 1 on.")
    }
    guard !nodes.isEmpty, nodes.allSatisfy((1...1_000_000).contains), Set(nodes).count == nodes.count else {
      throw ValidationError("--nodes takes different numbers from 1 to 1000000.")
    }
    guard suite != nil || !text.text.isEmpty else {
      throw ValidationError("Give --text to measure the replacement model, --suite to score graphs, or both.")
    }
    guard suite != nil || interpretability || !neurons else {
      throw ValidationError(
        "--neurons are the MLPs themselves: only the graphs of a --suite, or --interpretability, tell something of them."
      )
    }
    guard !interpretability || !text.text.isEmpty else {
      throw ValidationError("--interpretability needs --text that made no label.")
    }
    guard !heldOut || !text.text.isEmpty else {
      throw ValidationError("--held-out needs the --text of training.")
    }
  }

  func run() async throws {
    if let report { try OutputPlace.check(folder: report, option: "--report") }
    let suite = try suite.map { try PromptSuite($0) }
    let folders = try await folders()
    let sets = try folders.map { try TranscoderSet(path: $0) }
    let resolved = try await options.resolve()
    let model = try options.open(resolved)
    for set in sets { try set.check(fits: model.transformer) }
    let first = try text.firstToken(model.tokenizer, rule: resolved.firstToken)
    let job = EvaluationJob(
      model: model, modelName: resolved.name,
      sets: zip(folders, sets).map { ($0, $1) }, workers: Workers(count: options.threads))
    var result = EvaluationReport(
      model: options.model, suite: suite?.name, nodeCounts: suite == nil ? [] : nodes.sorted(),
      bases: job.bases(neurons: neurons))
    let read = text.text.isEmpty ? nil : try contexts(model, first, folders.first)
    let asked = try suite.map { try job.tokens($0.prompts.prefix(prompts ?? .max), first: first) }
    if let read {
      if interpretability {
        try job.judge(read, first: first, into: &result)
      } else {
        try job.read(read, into: &result)
      }
    }
    if let asked { try job.score(asked, into: &result) }
    if let report { try job.write(result, to: report) }
    if json { try Terminal.printJSON(result) } else { try Terminal.say(result.markdown()) }
  }

  private func folders() async throws -> [String] {
    var folders: [String] = []
    for name in transcoders {
      folders.append(try await TranscoderOptions.folder(of: name, model: options.model))
    }
    guard transcoders.isEmpty else { return folders }
    let shipped = Catalogue.builtIn.defaultTranscoders(
      model: options.model, home: MicroscopeHome(), share: MicroscopeShare())
    guard shipped != nil || neurons else {
      throw CommandError("No transcoders ship for \(options.model): name some with --transcoders.")
    }
    return shipped.map { [$0.path] } ?? []
  }

  private func contexts(_ model: LanguageModel, _ first: Int?, _ folder: String?) throws -> [[Int]] {
    var corpus = try text.corpus()
    if heldOut, let folder {
      let settings = try TrainingConfiguration(path: folder + "/training.yaml")
      corpus = corpus.divided(heldOut: settings.heldOut, seed: settings.seed).heldOut
    }
    var stream = ContextStream(
      corpus, tokenizer: model.tokenizer, first: first, length: length, seed: 0)
    var read: [[Int]] = []
    while read.count < contexts, let context = stream.next(repeating: false) { read.append(context) }
    guard !read.isEmpty else {
      throw CommandError(
        "The text is shorter than one context of \(length) tokens: give more, or lower --length.")
    }
    return read
  }
}
