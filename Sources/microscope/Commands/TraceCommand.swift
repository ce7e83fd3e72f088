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
      Shows which features, at which tokens, made the model say what it says next. The pruned graph is written as
      JSON that circuit-tracer's and Neuronpedia's viewers open, too; --graph keeps the whole of it.

      Examples:
        microscope trace "The capital of France is" --serve
        microscope trace "The opposite of small is" --target " large" --minus " small"
        microscope trace --prompt-file prompt.txt --transcoders my-transcoders --json
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var options: ModelOptions
  @OptionGroup var trace: TraceOptions

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

  @Option(help: "The page's port.")
  var port: UInt16 = 8041

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let resolved = try await options.resolve()
    var clock = PhaseClock()
    let model = try options.open(resolved)
    clock.lap("load")
    let tokens = try prompt.tokens(
      model.tokenizer, transformer: model.transformer, rule: resolved.entry?.firstToken ?? .modelDefault,
      compatible: trace.compat != nil)
    try MemoryNeed(model.transformer.configuration, positions: tokens.count).check()
    clock.lap("tokens")
    var job = TraceJob(options: trace, model: model, tokens: tokens, clock: clock)
    let result = try job.run()
    clock = result.seconds
    let next = NextTokens(tokens: tokens, logits: result.local.logits, tokenizer: model.tokenizer)
    let report = try write(result, next, &clock)
    if json {
      try Terminal.printJSON(report)
    } else {
      print(TracePrinter(result: result, report: report, next: next, clock: clock).text)
    }
    if serve { try await ServeCommand.serve(folder, port: port, slug: report.slug) }
  }

  private var folder: URL { output.map { URL(filePath: $0) } ?? MicroscopeHome().graphs }

  /// Writes the files and completes the report.
  private func write(_ result: TraceJob.Result, _ next: NextTokens, _ clock: inout PhaseClock) throws
    -> TraceReport
  {
    var files: [String: String] = [:]
    if let graph {
      let header = [
        "model": options.model, "transcoders": result.transcoderName,
        "tokens": next.tokens.map(\.piece).joined(),
      ]
      try RawGraphFile(graph: result.attribution.graph, metadata: header).write(to: graph)
      files["graph"] = graph
    }
    let text = next.tokens.map(\.piece).joined()
    let slug = try self.slug.map { try Slug($0) } ?? Slug.slug(from: try prompt.text() ?? text)
    files["page"] = folder.appending(component: slug.fileName).path
    clock.lap("files")
    let report = TraceReport(result, next: next, clock: clock, slug: slug.text, files: files)
    try FileManager.default.createFolder(folder)
    var metadata = GraphMetadata(
      slug: slug, transcoderSetID: result.transcoderName, prompt: text, promptTokens: next.tokens.map(\.piece)
    )
    metadata.info = GraphInfo(
      generator: .init(name: "microscope", version: Microscope.version, url: ""),
      createTimeMilliseconds: Int(Date().timeIntervalSince1970 * 1000))
    metadata.generationSettings = GenerationSettings(
      maxLogits: trace.maxLogits, logitMass: Double(trace.logitMass), batchSize: trace.attribution.roundSize,
      maxFeatureNodes: trace.featureLimit)
    metadata.other["microscope"] = report.pageMetadata(
      model: options.model, transcoders: result.transcoderName)
    let file = GraphFile(result.pruned, metadata: metadata) { trace.compat == nil ? result.labels[$0] : "" }
    _ = try file.write(to: folder)
    try GraphIndex.update(in: folder) { $0.add(file.metadata) }
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
        "Cannot make the folder \(folder.path): check that you may write there, or pass --output.")
    }
  }
}
