import ArgumentParser
import FeatureDashboards
import Foundation
import LinearAlgebra
import TranscoderTraining
import Transformers

struct DashboardsBuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Read a corpus once and make the dashboards of all features.",
    discussion: """
      Ctrl-C saves and ends; the same command goes on. New dashboards take the place of old ones, labels stay.

      Examples:
        microscope dashboards build --text corpus/en
        microscope dashboards build --text corpus/en --tokens 1000000 --transcoders neurons
      """)

  @OptionGroup var options: DashboardOptions
  @OptionGroup var text: TextOptions

  @Option(help: "Tokens to read.")
  var tokens = DashboardSettings().tokens

  @Option(help: "Tokens that the model reads at once.")
  var context = DashboardSettings().contextLength

  @Option(help: "Determines the order of the documents, and the examples that are drawn.")
  var seed: UInt64 = 0

  @Option(help: .private)
  var checkpointSeconds = 120.0

  @Flag(help: "Print JSON.")
  var json = false

  /// What came of it.
  private struct Report: Encodable {
    var store: String
    var completed: Bool
    var features: Int
    var tokens: Int
    var tokensPerSecond: Double
    var forwardTokensPerSecond: Double
    var bytes: Int
  }

  func validate() throws {
    guard !text.text.isEmpty else { throw ValidationError("--text takes at least one file or folder.") }
    guard (2...4096).contains(context) else { throw ValidationError("--context takes 2 to 4096.") }
    guard (context...1_000_000_000).contains(tokens) else {
      throw ValidationError("--tokens takes \(context) (one context) to 1000000000.")
    }
  }

  func run() async throws {
    let subject = try await options.open()
    let place = subject.place
    try OutputPlace.check(folder: place.deletingLastPathComponent().path, option: "--store")
    let source = DashboardBuilder.Source(
      model: subject.model, modelName: subject.name, basis: subject.basis, corpus: try text.corpus(),
      corpusName: text.text.map { URL(filePath: $0).lastPathComponent }.joined(separator: ", "),
      first: try text.firstToken(subject.model.tokenizer, rule: subject.firstToken))
    var settings = DashboardSettings()
    (settings.tokens, settings.contextLength, settings.seed) = (tokens, context, seed)
    let stop = StopFlag()
    let interrupt = Interrupt { stop.set() }
    defer { interrupt.stop() }
    var builder = try DashboardBuilder(source, settings, Workers(count: options.model.threads))
    builder.secondsBetweenCheckpoints = checkpointSeconds
    let outcome = try builder.build(
      to: place, progress: { Terminal.progress(line($0)) }, shouldStop: { stop.isSet }, finish: subject.label)
    Terminal.progress("")
    try say(outcome, place, features: subject.basis.featureCounts(subject.model.transformer).reduce(0, +))
  }

  private func line(_ progress: DashboardBuilder.Progress) -> String {
    guard progress.phase == .reading else {
      return "writing layer \(progress.done) of \(progress.total)"
    }
    let left = Int(Double(progress.total - progress.done) / max(1, progress.tokensPerSecond))
    return "\(progress.done.grouped) of \(progress.total.grouped) tokens, "
      + "\(Int(progress.tokensPerSecond).grouped) tokens/s, \(left / 60) min \(left % 60) s left"
  }

  private func say(_ outcome: DashboardBuilder.Outcome, _ place: URL, features: Int) throws {
    guard case .completed(let progress) = outcome else {
      return try Terminal.say("Stopped; the same command goes on.")
    }
    let bytes = OutputPlace.size(ofFile: place.path)
    let report = Report(
      store: place.path, completed: true, features: features, tokens: progress.total,
      tokensPerSecond: progress.tokensPerSecond, forwardTokensPerSecond: progress.forwardTokensPerSecond,
      bytes: bytes)
    if json { return try Terminal.printJSON(report) }
    let share =
      progress.forwardTokensPerSecond > 0
      ? progress.tokensPerSecond / progress.forwardTokensPerSecond : 0
    try Terminal.say(
      """
      \(features.grouped) features over \(progress.total.grouped) tokens: \(place.path) \
      (\((Double(bytes) / 1e6).rounded(to: 1)) MB)
      \(Int(progress.tokensPerSecond).grouped) tokens/s, \((100 * share).rounded(to: 1))% of the forward pass alone \
      (\(Int(progress.forwardTokensPerSecond).grouped) tokens/s)
      """)
  }
}
