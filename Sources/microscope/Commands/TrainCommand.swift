import ArgumentParser
import Foundation
import LinearAlgebra
import ModelCatalogues
import TranscoderTraining
import Transcoders
import Transformers

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train transcoders on what the model computes over text.",
    discussion: """
      Writes a transcoder set in circuit-tracer's format, with metrics.jsonl, training.yaml and a checkpoint beside it. \
      Ctrl-C saves and ends; --resume goes on. Every setting and its default: Documentation/Training.md.

      Examples:
        microscope train --text corpus/en --output transcoders --quick
        microscope train --text corpus/en --output transcoders --kind clt --features 1024 --decoder-span 5
        microscope train --text corpus/en --output transcoders --resume
        microscope train --text corpus/en --output tuned --init-from transcoders --fine-tune replaced
        microscope train --text corpus/en --output taught --init-from tuned --fine-tune kl
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var text: TextOptions

  @Option(help: ArgumentHelp("The folder of the transcoders.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("A YAML file of settings; flags go before it.", valueName: "file"))
  var config: String?

  @Option(help: "plt or clt.")
  var kind: String?

  @Option(help: "Features of each layer.")
  var features: Int?

  @Option(help: "jumprelu, batchtopk, topk or relu.")
  var activation: String?

  @Option(help: "Features active at a position of a layer.")
  var k: Int?

  @Option(help: ArgumentHelp("Layers behind its own that a clt feature writes to. (default: all)"))
  var decoderSpan: Int?

  @Flag(help: "Train a linear map beside the features.")
  var skip = false

  @Option(help: "exact, or bfloat16: products of rounded numbers, faster where the processor has them.")
  var precision: String?

  @Option(help: "Tokens to train on.")
  var tokens: Int?

  @Option(help: "The seed of every random choice.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Another setting; may be given often.", valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Only compute the first weights, in closed form: minutes instead of hours.")
  var quick = false

  @Flag(help: "Go on with the run in --output.")
  var resume = false

  @Option(help: ArgumentHelp("A transcoder set to begin with.", valueName: "folder"))
  var initFrom: String?

  @Option(
    help: ArgumentHelp(
      "replaced: train on what the replacement model computes too; kl: on its predictions, from end to end.",
      valueName: "stage"))
  var fineTune: String?

  @Flag(help: "Print the last numbers as JSON.")
  var json = false

  func validate() throws {
    guard !text.text.isEmpty else { throw ValidationError("--text takes at least one file or folder.") }
    guard !resume || (settings.isEmpty && initFrom == nil && config == nil) else {
      throw ValidationError(
        "--resume goes on as the run began: leave out --init-from, --config and all settings.")
    }
  }

  func run() async throws {
    try OutputPlace.check(folder: output, option: "--output")
    let wanted = try resume ? nil : TrainingConfiguration(path: config, settings: settings)
    let start = try initFrom.map { try TranscoderSet(circuitTracerFolder: $0) }
    let resolved = try await options.resolve()
    let model = try options.open(resolved)
    let source = TranscoderTrainer.Source(
      model: model, corpus: try text.corpus(),
      firstToken: try text.firstToken(model.tokenizer, rule: resolved.firstToken))
    let stop = StopFlag()
    let interrupt = Interrupt { stop.set() }
    defer { interrupt.stop() }
    guard let trainer = try trainer(wanted, source, start, stop) else {
      throw CommandError("Stopped before the first step: nothing was written.")
    }
    let name = URL(filePath: output).standardizedFileURL.lastPathComponent
    var run = try TrainingRun(
      trainer, folder: output, name: name,
      modelName: resolved.name)
    var last: TrainingRun.Progress?
    let outcome = try run.run { progress in
      last = progress
      Terminal.progress(TrainingLine(progress).text)
    }
    Terminal.progress("")
    if json, let last { try Terminal.printJSON(last) } else { try Terminal.say(summary(outcome, last)) }
  }

  private func trainer(
    _ wanted: TrainingConfiguration?, _ source: TranscoderTrainer.Source, _ start: TranscoderSet?,
    _ stop: StopFlag
  ) throws -> TranscoderTrainer? {
    let workers = Workers(count: options.threads)
    guard let wanted else {
      return try TranscoderTrainer(
        resuming: TrainingRun.checkpoint(in: output), source, workers: workers, shouldStop: { stop.isSet })
    }
    return try TranscoderTrainer(
      wanted, source, start: start, workers: workers, report: { Terminal.progress($0) },
      shouldStop: { stop.isSet })
  }

  /// The flags as settings, which go before the file's.
  private var settings: [String] {
    var settings = set
    let flags: [(String, String?)] = [
      ("kind", kind), ("features", features.map(String.init)), ("activation", activation),
      ("k", k.map(String.init)), ("decoderSpan", decoderSpan.map(String.init)),
      ("tokens", quick ? "0" : tokens.map(String.init)), ("seed", seed.map(String.init)),
      ("stage", fineTune), ("precision", precision),
      ("skip", skip ? "true" : nil),
    ]
    for (key, value) in flags { if let value { settings.append("\(key)=\(value)") } }
    return settings
  }

  private func summary(_ outcome: TrainingRun.Outcome, _ last: TrainingRun.Progress?) -> String {
    let numbers = last.map { TrainingLine($0).numbers + "\n" } ?? ""
    switch outcome {
    case .completed: return numbers + "Wrote the transcoders to \(output)."
    case .stopped: return numbers + "Stopped; go on with --resume."
    }
  }
}
