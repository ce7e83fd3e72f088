import ArgumentParser
import Evaluations
import FeatureDashboards
import Foundation
import GraphFiles
import Interventions
import LiveServices
import ModelCatalogues
import ReplacementModels
import Studies
import Transcoders
import Transformers

struct StudyRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a study on a model: what held, what failed, what cannot be tested there.",
    discussion: """
      Ctrl-C ends at the next prompt, and the same command goes on from there. Exit code: 0 when every hypothesis held, \
      \(failed) when one failed, \(untestable) when none failed but one was not testable here, \(stopped) when stopped.

      Examples:
        microscope study run two-hop --output report
        microscope study run two-hop --transcoders neurons --control shuffled
        microscope study run my-study.yaml --model gemma-3-270m --json
      """)

  static let failed: Int32 = 3
  static let untestable: Int32 = 4
  static let stopped: Int32 = 130

  /// The controls, as they are written.
  enum Control: String, ExpressibleByArgument, CaseIterable {
    case shuffled
    case randomFeatures = "random-features"

    var control: StudyControl { self == .shuffled ? .shuffled : .randomFeatures }
  }

  @OptionGroup var options: StudyOptions

  @Option(
    help: ArgumentHelp(
      "A catalogue id, a .gguf file, or a Hugging Face folder. (default: the first that the study suits)"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "As for trace. (default: the first of the study's that is on this machine, else the model's own set, else neurons)",
      valueName: "set"))
  var transcoders: String?

  @Option(
    help: ArgumentHelp(
      "Run the study so that it must fail: 'shuffled' deals out anew what supernodes stand for, 'random-features' replaces their features by others as active.",
      valueName: "control"))
  var control: Control?

  @Option(help: "The seed of all draws.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp("Write report.html, report.md, report.json and figures there.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Write the graphs of that many prompts of each set, with the study's supernodes, into graphs in the folder of --output; 'serve' shows them.",
      valueName: "count"))
  var graphs: Int?

  @Option(
    help: ArgumentHelp(
      "Worker threads; results do not depend on it. (default: all cores)", valueName: "count"))
  var threads: Int?

  @Flag(help: "Compute everything anew, and keep nothing.")
  var fresh = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let graphs {
      guard (1...1000).contains(graphs) else { throw ValidationError("--graphs takes 1 to 1000.") }
      guard output != nil else { throw ValidationError("--graphs needs a folder: name one with --output.") }
    }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
  }

  func run() async throws {
    if let output { try OutputPlace.check(folder: output, option: "--output") }
    let study = try options.read()
    let subject = try await subject(of: study)
    var run = StudyRun(study, on: subject)
    run.control = control?.control
    run.seed = seed
    run.cacheRoot = fresh ? nil : MicroscopeHome().studies
    run.command = command(subject)
    run.graphCount = graphs ?? 0
    let stop = StopFlag()
    let interrupt = Interrupt { stop.set() }
    defer { interrupt.stop() }
    let report = try run.report(
      progress: { Terminal.progress("\(study.name), \($0.phase): \($0.done) of \($0.all)") },
      shouldStop: { stop.isSet }, graph: { try write($0, of: run) })
    Terminal.progress("")
    guard let report else {
      Terminal.note("Stopped; the same command goes on.\n")
      throw ExitCode(StudyRunCommand.stopped)
    }
    if let output { try report.write(to: output) }
    if !fresh { try StudyReportShelf(home: MicroscopeHome()).keep(report) }
    if json { try Terminal.printJSON(report) } else { try Terminal.say(report.terminalText) }
    if report.count(.failed) > 0 { throw ExitCode(StudyRunCommand.failed) }
    if report.count(.untestable) > 0 { throw ExitCode(StudyRunCommand.untestable) }
  }

  /// Writes a graph beside the report.
  private func write(_ graph: StudyGraph, of run: StudyRun) throws {
    guard let output else { return }
    let folder = URL(filePath: output).appending(component: "graphs")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let words = [run.study.name, graph.set, "\(graph.number + 1)"] + (control.map { [$0.rawValue] } ?? [])
    var file = graph.traced.file(
      slug: Slug.slug(from: words.joined(separator: " ")), model: run.subject.name,
      program: .init(name: "microscope", version: Microscope.version, url: ""),
      seconds: graph.traced.seconds.total)
    file.query.supernodes = graph.supernodes.filter { $0.members.count > 1 }
    file.query.pinnedIDs = graph.supernodes.flatMap(\.members).reduce(into: []) { pins, id in
      if !pins.contains(id) { pins.append(id) }
    }
    try graph.traced.write(file, to: folder)
  }

  /// The model and its features.
  private func subject(of study: Study) async throws -> StudySubject {
    guard let name = model ?? study.models.first?.model else {
      throw CommandError("The study suits no model: name one with --model.")
    }
    let options = try ModelOptions.parse(
      ["--model", name] + (threads.map { ["--threads", "\($0)"] } ?? []))
    let resolved = try await options.resolve()
    let model = try options.open(resolved)
    let folder = try await folder(study, model: name)
    let set = try folder.map { try TranscoderSet(path: $0) }
    try set?.check(fits: model.transformer)
    let basis = set.map { SuiteBasis.transcoders($0) } ?? .neurons
    let dashboards = DashboardSubject(
      model: model, name: resolved.entry?.id ?? resolved.location.lastPathComponent,
      firstToken: resolved.entry?.firstToken ?? .modelDefault,
      basis: set.map { .transcoders($0) } ?? .neurons, file: nil)
    return StudySubject(
      model: model, name: name, basis: basis,
      basisName: folder.map { URL(filePath: $0).lastPathComponent } ?? "neurons",
      firstToken: resolved.entry?.firstToken ?? .modelDefault,
      dashboards: study.searchesWords ? try dashboards.openStore() : nil)
  }

  /// The folder of the transcoders, nil for neurons: those that are named, or the first of the study's that is there.
  private func folder(_ study: Study, model: String) async throws -> String? {
    guard transcoders == nil else {
      return try await TranscoderOptions.parse(["--transcoders", transcoders ?? ""]).folder(model: model)
    }
    let own = try await TranscoderOptions.parse([]).folder(model: model)
    for name in study.models.first(where: { $0.model == model })?.transcoders ?? [] {
      if name == "neurons" { return nil }
      if name == "default" {
        if let own { return own }
      } else if let found = try? Catalogue.builtIn.resolve(
        transcoders: name, model: model, home: MicroscopeHome())
      {
        return found.location.path
      }
    }
    return own
  }

  private func command(_ subject: StudySubject) -> String {
    let quoted = { (text: String) in text.contains(" ") ? "'\(text)'" : text }
    var parts = ["microscope study run", quoted(options.study), "--model", quoted(subject.name)]
    if let named = transcoders ?? (subject.basisName == "neurons" ? "neurons" : nil) {
      parts += ["--transcoders", quoted(named)]
    }
    if let control { parts += ["--control", control.rawValue] }
    return (parts + ["--seed", "\(seed)"]).joined(separator: " ")
  }
}

extension StudyReport {
  /// What came out, for a terminal.
  fileprivate var terminalText: String {
    let rows = behaviours.map { behaviour in
      "\(behaviour.prompts): \(behaviour.answered.successes) of \(behaviour.answered.trials) answered rightly"
        + (behaviour.isThere ? "" : ", fewer than the study needs")
    }
    let findings =
      [["", "hypothesis", "value", "95% interval", "claimed", "prompts"]]
      + self.findings.map { finding in
        [
          finding.verdict == .held ? "✓" : finding.verdict == .failed ? "✗" : "–", finding.name,
          finding.value.map(\.percent) ?? finding.verdict.rawValue,
          finding.interval.map { "\($0[0].percent) to \($0[1].percent)" } ?? "",
          (finding.isUpperBound ? "≤ " : "≥ ") + finding.threshold.percent, "\(finding.count)",
        ]
      }
    let reasons = self.findings.compactMap { finding in finding.reason.map { "\(finding.name): \($0)" } }
    return
      (["\(study.title): \(model) through \(basis)"] + rows + [""] + Table.lines(findings) + reasons + [
        "", summary,
      ])
      .joined(separator: "\n")
  }

  /// Writes the report and its figures.
  func write(to folder: String) throws {
    let place = URL(filePath: folder)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for figure in figures {
        try Data(figure.svg.utf8).write(to: place.appending(component: figure.file), options: .atomic)
      }
      try Data(html.utf8).write(to: place.appending(component: "report.html"), options: .atomic)
      try encoder.encode(self).write(to: place.appending(component: "report.json"), options: .atomic)
      let text = markdown(figures: figures.map { ($0.file, $0.title) })
      try Data(text.utf8).write(to: place.appending(component: "report.md"), options: .atomic)
    } catch {
      throw CommandError(
        "Cannot write the report into \(folder): check the disk, or choose another place with --output.")
    }
  }
}
