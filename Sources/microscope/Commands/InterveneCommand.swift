import ArgumentParser
import Figures
import Foundation
import Interventions
import LinearAlgebra
import LiveServices
import ModelCatalogues
import ModelFiles
import Tokenizers
import Transcoders
import Transformers

struct InterveneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "intervene",
    abstract: "Change features while the model reads a prompt, and see what it says then.",
    discussion: """
      A graph is a hypothesis; an intervention tests it. Features are suppressed (x0), flipped (x-1), amplified (x3), \
      set, added, or taken from a donor prompt; the answer is shown before and after, beside what the graph predicted.

      Examples:
        microscope intervene "The capital of France is" --set 12/845@-1=x-2
        microscope intervene "The capital of France is" --graph my-graph --supernode France=x0 --sweep factor=-6..6
        microscope intervene "Texas: Austin. Iowa:" --donor "Ohio: Columbus. Utah:" --copy 12/845@5->7
        microscope intervene "Roses are red," --set 9/31@4..=x3 --generate 20
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var options: ModelOptions
  @OptionGroup var basis: TranscoderOptions
  @OptionGroup var changes: InterventionOptions
  @OptionGroup var donor: DonorOptions
  @OptionGroup var generation: GenerationOptions

  @Option(
    help: ArgumentHelp(
      "Continue the prompt by this many tokens, without and with the changes.", valueName: "tokens"))
  var generate: Int?

  @Option(
    help: ArgumentHelp(
      "Report this token, too; repeatable. Two are what a sweep follows.", valueName: "token"))
  var watch: [String] = []

  @Option(
    help: ArgumentHelp(
      "Vary the factor of what is scaled (factor=-6..6, factor=-2..2:0.5), or the last constrained layer (end-layer=5..29).",
      valueName: "sweep"), transform: notated)
  var sweep: Sweep?

  @Option(
    help: ArgumentHelp("Draw the sweep: .svg, or .png where rsvg-convert is installed.", valueName: "file"))
  var figure: String?

  @Option(
    help: ArgumentHelp(
      "Write the last position's logits and the recomputed features.", valueName: "file.safetensors"))
  var output: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard !changes.set.isEmpty || !changes.supernode.isEmpty || donor.donor != nil else {
      throw ValidationError("Nothing is changed: give --set, --supernode, or --donor with --copy.")
    }
    if let generate, generate < 1 { throw ValidationError("--generate takes a number of tokens from 1 on.") }
    guard figure == nil || sweep != nil else { throw ValidationError("--figure draws a --sweep: give one.") }
  }

  func run() async throws {
    if let output { try OutputPlace.check(file: output, option: "--output") }
    if let figure { try FigureFile.check(figure) }
    let resolved = try await options.resolve()
    let interrupt = Interrupt(nil)
    let model = try options.open(resolved)
    let rule = resolved.firstToken
    var request = InterventionRequest(
      tokens: try prompt.tokens(
        model.tokenizer, transformer: model.transformer, rule: rule, compatible: false))
    try MemoryNeed(tracing: model.transformer.configuration, positions: request.tokens.count).check()
    changes.apply(to: &request)
    request.donor = try donor.donor(model, prompt, rule: rule)
    request.watch = try watch.map { try model.tokenID($0) }
    request.sweep = sweep
    request.generation = generate.map {
      .init(count: $0, temperature: generation.temperature, topP: generation.topP, seed: generation.seed)
    }
    var session = try await changes.session(
      model, basis, model: options.model, positionCount: request.tokens.count)
    let response = try session.respond(to: request) { InterveneCommand.show($0) }
    Terminal.progress("")
    try interrupt.finishing { try writeFiles(&session, request, response) }
    if json {
      try Terminal.printJSON(response)
    } else {
      try Terminal.say(InterventionPrinter(request, response, model.tokenizer).text)
    }
  }

  private static func show(_ progress: InterventionProgress) -> Bool {
    switch progress {
    case .clean: Terminal.progress("the unmodified run")
    case .runs(let done, let count): Terminal.progress("\(done) of \(count) runs")
    case .token: break
    }
    return true
  }

  private func writeFiles(
    _ session: inout InterventionSession, _ request: InterventionRequest, _ response: InterventionResponse
  ) throws {
    if let output {
      let engine = try session.engine(for: request.tokens)
      let outcome = try engine.run(response.interventions, patching: request.patching)
      try InterveneCommand.write(outcome, to: output)
    }
    if let figure, let chart = response.sweep?.chart { try FigureFile.write(chart.svg, to: figure) }
  }

  /// Writes `logits` [vocabulary], `features` [n, 3] (layer, position, index) and `activations` [n].
  private static func write(_ outcome: InterventionOutcome, to path: String) throws {
    let features = outcome.features()
    var writer = try SafetensorsWriter(
      path: path,
      declaring: [
        .init("logits", .float(.f32), [outcome.logits.count]),
        .init("features", .integer(.i32), [features.count, 3]),
        .init("activations", .float(.f32), [features.count]),
      ])
    try writer.append(floats: outcome.logits, to: "logits")
    try writer.append(integers: features.sites.flatMap { [$0.layer, $0.position, $0.index] }, to: "features")
    try writer.append(floats: features.values, to: "activations")
    try writer.finish()
  }
}

extension InterventionSession {
  /// Serves a model with its tokenizer.
  init(_ model: LanguageModel, _ basis: any SteerableBasis, graph: Graph? = nil) {
    let tokenizer = model.tokenizer
    self.init(
      model.transformer, basis, graph: graph, stops: model.endTokens,
      decode: { tokenizer.decode($0) })
  }
}
