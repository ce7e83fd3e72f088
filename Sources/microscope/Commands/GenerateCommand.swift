import ArgumentParser
import Foundation
import Interventions
import LinearAlgebra
import LiveServices
import ModelCatalogues
import Tokenizers
import Transformers

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Continue a prompt, with or without changed features.",
    discussion: """
      The text appears as it is made. Changes that are open-ended (@4..) also apply to the generated tokens.

      Examples:
        microscope generate "Once upon a time" --count 60 --temperature 0.8 --seed 7
        microscope generate "Who are you?" --chat --count 100
        microscope generate "The weather is" --set 12/845@1..=x3
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var options: ModelOptions
  @OptionGroup var basis: TranscoderOptions
  @OptionGroup var changes: InterventionOptions
  @OptionGroup var generation: GenerationOptions

  @Option(help: "The most tokens to add.")
  var count = 40

  @Flag(help: "Print JSON.")
  var json = false

  /// A continuation as JSON.
  private struct Report: Encodable {
    var tokens: [Int]
    var text: String
    var generated: [Int]
  }

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count takes a number of tokens from 1 on.") }
  }

  func run() async throws {
    let resolved = try await options.resolve()
    let model = try options.open(resolved)
    var request = InterventionRequest(
      tokens: try prompt.tokens(
        model.tokenizer, transformer: model.transformer, rule: resolved.firstToken,
        compatible: false))
    try MemoryNeed(tracing: model.transformer.configuration, positions: request.tokens.count).check()
    changes.apply(to: &request)
    let session = try await changes.session(
      model, basis, model: options.model, positionCount: request.tokens.count)
    let engine = try InterventionEngine(session.transformer, session.basis, tokens: request.tokens)
    let generated = try generate(engine, try session.all(request), request.patching, model, session.stops)
    let text = model.tokenizer.decode(generated)
    if json {
      try Terminal.printJSON(Report(tokens: request.tokens, text: text, generated: generated))
    } else {
      try Terminal.say("")
    }
  }

  /// Generates, and writes the text as it grows.
  private func generate(
    _ engine: InterventionEngine, _ interventions: [Intervention], _ patching: Patching,
    _ model: LanguageModel, _ stops: Set<Int>
  ) throws -> [Int] {
    var random = SplitMix64(seed: generation.seed)
    var text = GrowingText(model.tokenizer)
    var failure: (any Error)?
    let choice: TokenChoice =
      generation.temperature > 0
      ? .sampled(temperature: generation.temperature, topP: generation.topP) : .greedy
    let generated = try engine.generate(
      interventions, patching: patching, count: count, choice: choice, using: &random
    ) { token, _ in
      guard !stops.contains(token) else { return false }
      do {
        let added = text.add(token)
        if !json { try Terminal.write(Terminal.harmless(added)) }
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    if !json { try Terminal.write(Terminal.harmless(text.rest)) }
    return generated.last.map(stops.contains) == true ? generated.dropLast() : generated
  }
}
