import ArgumentParser
import LinearAlgebra
import LiveServices
import ModelCatalogues
import ModelFiles
import Transformers

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the model on a prompt and keep what it computes.",
    discussion: """
      Writes the tensors `tokens`, `logits` [positions, vocabulary] and the recorded places under their \
      TransformerLens names, such as blocks.5.hook_resid_mid.

      Examples:
        microscope run "The capital of France is" --output run.safetensors
        microscope run --ids 0,504,3575 --record all --output run.safetensors
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var options: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Places to record: 'all', or TransformerLens names separated by commas.", valueName: "hooks"))
  var record: String?

  @Option(help: ArgumentHelp("The file to write.", valueName: "file.safetensors"))
  var output: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard record == nil || output != nil else {
      throw ValidationError("--record needs --output FILE to write to.")
    }
  }

  func run() async throws {
    if let output { try OutputPlace.check(file: output, option: "--output") }
    let resolved = try await options.resolve()
    let model = try options.open(resolved)
    let tokens = try prompt.tokens(
      model.tokenizer, transformer: model.transformer, rule: resolved.firstToken,
      compatible: false)
    try MemoryNeed(running: model.transformer.configuration, positions: tokens.count, keepsAll: output != nil)
      .check()
    let hooks = try hooks(layerCount: model.transformer.configuration.layerCount)
    let pass = model.transformer.run(tokens, recording: Set(hooks), logits: output == nil ? .last : .all)
    let last = pass.logits[row: pass.logits.rows - 1]
    guard last.allSatisfy(\.isFinite) else {
      throw CommandError(
        "The model's logits are not numbers: its weights are damaged; fetch the model again.")
    }
    if let output {
      try Interrupt(nil).finishing { try write(pass, model.transformer, to: output) }
    }
    let report = NextTokens(tokens: tokens, logits: Array(last), tokenizer: model.tokenizer)
    if json { try Terminal.printJSON(report) } else { try Terminal.say(report.text) }
  }

  private func hooks(layerCount: Int) throws -> [HookPoint] {
    guard let record else { return [] }
    guard record != "all" else { return HookPoint.all(layerCount: layerCount) }
    return try record.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let name = part.trimmingPrefix { $0 == " " }
      guard let hook = HookPoint(String(name)), hook.layer < layerCount else {
        throw CommandError(
          "There is no place '\(name.prefix(80))' in this model of \(layerCount) layers: names are those of TransformerLens, such as blocks.0.hook_resid_pre."
        )
      }
      return hook
    }
  }

  private func write(_ pass: ForwardPass, _ transformer: Transformer, to path: String) throws {
    let layerCount = transformer.configuration.layerCount
    let recorded = pass.activations.recorded(layerCount: layerCount).map {
      ($0.description, pass.activations.values($0))
    }
    let declarations = recorded.map { SafetensorsWriter.Declaration($0.0, .float(.f32), $0.1.shape) }
    var writer = try SafetensorsWriter(
      path: path,
      declaring: [
        .init("tokens", .integer(.i32), [pass.tokens.count]),
        .init("logits", .float(.f32), [pass.logits.rows, pass.logits.columns]),
      ] + declarations)
    try writer.append(integers: pass.tokens, to: "tokens")
    try writer.append(floats: pass.logits.storage, to: "logits")
    for (name, values) in recorded { try writer.append(floats: values.numbers, to: name) }
    try writer.finish()
  }
}

extension ActivationCache {
  /// The shape and the numbers recorded at a place; a norm's denominators are `[positions, 1]`.
  fileprivate func values(_ hook: HookPoint) -> (shape: [Int], numbers: [Float]) {
    if hook.kind == .pattern, let pattern = pattern(hook.layer) {
      return ([pattern.headCount, pattern.queryCount, pattern.keyCount], pattern.weights)
    }
    guard let matrix = self[hook.kind, hook.layer] else { return ([0], []) }
    return ([matrix.rows, matrix.columns], matrix.storage)
  }
}
