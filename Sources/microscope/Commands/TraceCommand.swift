import ArgumentParser
import Attribution
import Foundation
import GraphFiles
import LiveServices
import ModelCatalogues
import Transcoders
import Transformers
import Viewer

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Trace a prompt: the attribution graph of the next token.",
    discussion: """
      Shows which features, at which tokens, made the model say what it says next. The pruned graph is written as \
      JSON that circuit-tracer's and Neuronpedia's viewers open, too; --graph keeps the whole of it.

      With --heads, each edge that is printed tells how it runs through attention: “via 12.3 (64%)” means that 64% of it \
      passes head 3 of layer 12, “straight” that it stays at its position. Shares overlap where an edge passes heads of \
      several layers. --qk expands one attention score.

      Examples:
        microscope trace "The capital of France is" --serve
        microscope trace "When Mary and John went to the store, John gave a drink to" --heads
        microscope trace "When Mary and John went to the store, John gave a drink to" --qk 12.3@-1,2
        microscope trace "The opposite of hot is" --target " cold" --minus " hot"
        microscope trace --prompt-file prompt.txt --transcoders my-set --json
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var options: ModelOptions
  @OptionGroup var trace: TraceOptions
  @OptionGroup var attention: AttentionOptions

  @Option(help: ArgumentHelp("Write the whole graph, before pruning.", valueName: "file.safetensors"))
  var graph: String?

  @Option(
    help: ArgumentHelp(
      "Where the pruned graph goes. (default: the graphs folder of MICROSCOPE_HOME)", valueName: "folder"))
  var output: String?

  @Option(help: "The graph's name. (default: made from the prompt)")
  var slug: String?

  @Flag(help: "Show the graph in a browser page.")
  var serve = false

  @Option(help: "The page's port; 0 takes any that is free.")
  var port: UInt16 = 8041

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let slug { _ = try Slug(slug) }
  }

  func run() async throws {
    try OutputPlace.check(folder: output ?? folder.path, option: "--output")
    if let graph { try OutputPlace.check(file: graph, option: "--graph") }
    let resolved = try await options.resolve()
    let transcoders = try await trace.basis.folder(model: options.model)
    let report = try traced(resolved, transcoders, Interrupt(nil))
    guard serve else { return }
    let isData = json
    var contents = ServeCommand.contents(folder)
    try await LiveOptions.parse([]).fill(&contents, home: MicroscopeHome())
    try await ServeCommand.serve(contents, address: ListenAddress(port: port), slug: report.slug) {
      if isData { Terminal.note($0 + "\n") } else { try? Terminal.say($0) }
    }
  }

  /// Traces the prompt, writes the files and prints what was found.
  private func traced(
    _ resolved: ResolvedModel, _ transcoders: String?, _ interrupt: Interrupt
  ) throws -> TraceReport {
    var clock = PhaseClock()
    let model = try options.open(resolved)
    clock.lap("load")
    let tokens = try prompt.tokens(
      model.tokenizer, transformer: model.transformer, rule: resolved.firstToken,
      compatible: trace.compat != nil)
    try self.attention.check(model.transformer.configuration, positionCount: tokens.count)
    try MemoryNeed(tracing: model.transformer.configuration, positions: tokens.count).check()
    clock.lap("tokens")
    let set = try transcoders.map { try TranscoderSet(path: $0) }
    if set != nil { clock.lap("load") }
    let library = TraceCommand.library(resolved, transcoders)
    let name = set?.name ?? "neurons:" + (resolved.entry?.id ?? resolved.specimen?.model ?? options.model)
    let result = try PromptTrace(
      trace.settings, transcoders: set, model: model, tokens: tokens, clock: clock
    ) { library.labels(of: $0, in: name) }.run { TraceCommand.show($0) }
    Terminal.progress("")
    clock = result.seconds
    let paths = TracePaths(result.pruned)
    let attention = try self.attention.attention(
      result, paths, unexpanded: trace.settings.attribution(neurons: transcoders == nil).unexpanded)
    if attention.heads != nil || attention.score != nil { clock.lap("attention") }
    let report = try interrupt.finishing { try write(result, attention, transcoders, &clock) }
    if json {
      try Terminal.printJSON(report)
    } else {
      try Terminal.say(
        TracePrinter(
          result: result, report: report, transcoderFolder: transcoders, clock: clock, paths: paths,
          attention: attention
        ).text)
    }
    return report
  }

  private var folder: URL { output.map { URL(filePath: $0) } ?? MicroscopeHome().graphs }

  /// The dashboards, those of the model and the transcoders that were named among them.
  static func library(_ resolved: ResolvedModel, _ transcoders: String?) -> DashboardLibrary {
    let given = LiveModelService.Given(
      model: PresentItem(name: resolved.name, location: resolved.location),
      transcoders: transcoders.map {
        PresentItem(name: URL(filePath: $0).lastPathComponent, location: URL(filePath: $0))
      })
    return DashboardLibrary(home: MicroscopeHome(), share: MicroscopeShare(), given: given)
  }

  private static func show(_ progress: TraceProgress) {
    guard case .expansion(let expansion) = progress else { return }
    let share = (max(0, expansion.coverage) * 100).rounded(to: 1)
    Terminal.progress(
      "expanded \(expansion.expanded.grouped) of at most \(expansion.limit.grouped) features, "
        + "which carry \(share)% of the influence")
  }

  /// Writes the files and completes the report; nothing is left behind when one cannot be written.
  private func write(
    _ result: TracedPrompt, _ attention: TraceAttention, _ transcoders: String?, _ clock: inout PhaseClock
  ) throws -> TraceReport {
    let text = result.next.tokens.map(\.piece).joined()
    let slug = try self.slug.map { try Slug($0) } ?? Slug.slug(from: try prompt.text() ?? text)
    var files = ["json": folder.appending(component: slug.fileName).path]
    files["graph"] = graph
    do {
      if let graph {
        let metadata = ["model": options.model, "transcoders": result.transcoderName, "tokens": text]
        try RawGraphFile(graph: result.attribution.graph, metadata: metadata).write(to: graph)
      }
      try FileManager.default.createFolder(folder)
      let file = result.file(
        slug: slug, model: options.model,
        program: .init(name: "microscope", version: Microscope.version, url: ""),
        heads: attention.heads?.records ?? [:], seconds: clock.total)
      try result.write(file, to: folder)
      clock.lap("files")
    } catch {
      if let graph { try? FileManager.default.removeItem(at: URL(filePath: graph)) }
      throw error
    }
    var report = TraceReport(
      result, transcoderFolder: transcoders, clock: clock, slug: slug.text, files: files)
    report.score = attention.score.map { ScoreReport($0) }
    return report
  }
}

extension FileManager {
  /// Makes a folder and those above it, or says in a sentence why not.
  fileprivate func createFolder(_ folder: URL) throws {
    do {
      try createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError(
        "Cannot make the folder \(folder.path): check that you may write there, or choose another with --output."
      )
    }
  }
}
