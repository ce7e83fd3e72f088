import ArgumentParser
import Attribution
import Foundation
import GraphFiles
import ModelCatalogues
import ReplacementModels
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
    try await ServeCommand.serve(folder, port: port, slug: report.slug) {
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
      model.tokenizer, transformer: model.transformer, rule: resolved.entry?.firstToken ?? .modelDefault,
      compatible: trace.compat != nil)
    try self.attention.check(model.transformer.configuration, positionCount: tokens.count)
    try MemoryNeed(tracing: model.transformer.configuration, positions: tokens.count).check()
    clock.lap("tokens")
    var job = TraceJob(
      options: trace, transcoderFolder: transcoders, model: model,
      modelName: resolved.entry?.id ?? resolved.location.lastPathComponent, tokens: tokens, clock: clock)
    let result = try job.run()
    clock = result.seconds
    let paths = TracePaths(result.pruned)
    let attention = try self.attention.attention(
      result, paths, unexpanded: trace.attribution(neurons: transcoders == nil).unexpanded)
    if attention.heads != nil || attention.score != nil { clock.lap("attention") }
    let next = NextTokens(tokens: tokens, logits: result.local.logits, tokenizer: model.tokenizer)
    let report = try interrupt.finishing { try write(result, attention, next, &clock) }
    if json {
      try Terminal.printJSON(report)
    } else {
      try Terminal.say(
        TracePrinter(
          result: result, report: report, next: next, clock: clock, paths: paths, attention: attention
        ).text)
    }
    return report
  }

  private var folder: URL { output.map { URL(filePath: $0) } ?? MicroscopeHome().graphs }

  /// Writes the files and completes the report; nothing is left behind when one cannot be written.
  private func write(
    _ result: TraceJob.Result, _ attention: TraceAttention, _ next: NextTokens, _ clock: inout PhaseClock
  ) throws -> TraceReport {
    let text = next.tokens.map(\.piece).joined()
    let slug = try self.slug.map { try Slug($0) } ?? Slug.slug(from: try prompt.text() ?? text)
    let page = folder.appending(component: slug.fileName)
    var files = ["json": page.path]
    files["graph"] = graph
    var written: [URL] = []
    do {
      if let graph {
        try rawGraph(result, text).write(to: graph)
        written.append(URL(filePath: graph))
      }
      clock.lap("files")
      var report = TraceReport(result, next: next, clock: clock, slug: slug.text, files: files)
      report.score = attention.score.map { ScoreReport($0) }
      try FileManager.default.createFolder(folder)
      let file = GraphFile(
        result.pruned, metadata: metadata(result, report, slug, text), heads: attention.heads?.records ?? [:]
      ) {
        trace.compat == nil ? result.labels[$0] : ""
      }
      written.append(try file.write(to: folder))
      try GraphIndex.update(in: folder) { $0.add(file.metadata) }
      return report
    } catch {
      for file in written { try? FileManager.default.removeItem(at: file) }
      throw error
    }
  }

  private func rawGraph(_ result: TraceJob.Result, _ text: String) -> RawGraphFile {
    RawGraphFile(
      graph: result.attribution.graph,
      metadata: ["model": options.model, "transcoders": result.transcoderName, "tokens": text])
  }

  private func metadata(
    _ result: TraceJob.Result, _ report: TraceReport, _ slug: Slug, _ text: String
  ) -> GraphMetadata {
    var metadata = GraphMetadata(
      slug: slug, transcoderSetID: result.transcoderName, prompt: text,
      promptTokens: report.tokens.map(\.piece))
    metadata.info = GraphInfo(
      generator: .init(name: "microscope", version: Microscope.version, url: ""),
      createTimeMilliseconds: Int(Date().timeIntervalSince1970 * 1000))
    let attribution = trace.attribution(neurons: result.transcoderFolder == nil)
    metadata.generationSettings = GenerationSettings(
      maxLogits: trace.maxLogits, logitMass: Double(trace.logitMass), batchSize: attribution.roundSize,
      maxFeatureNodes: attribution.maxFeatureNodes)
    metadata.other["microscope"] = report.pageMetadata(
      model: options.model, transcoders: result.transcoderName)
    return metadata
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
