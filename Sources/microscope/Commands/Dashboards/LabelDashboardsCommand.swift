import ArgumentParser
import FeatureDashboards
import Foundation
import LinearAlgebra

struct LabelDashboardsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Label features: by offline rules, or by a language model.",
    discussion: """
      Without --endpoint every feature gets a label by offline rules, which say where it fires and, where its effect on \
      the output is concentrated, what it says; with 'no simple rule' where none holds. With --endpoint a language model \
      behind an OpenAI-compatible server is shown the strongest examples. A model's label stands above a rule's, a \
      person's ('microscope features label') above both, and none is overwritten. What a run costs is estimated first; \
      after Ctrl-C or a failure the same command goes on where it stopped.

      Examples:
        microscope dashboards label
        microscope dashboards label --endpoint http://127.0.0.1:8080/v1 --endpoint-model qwen3-8b --limit 500
        microscope dashboards label --endpoint https://api.example.com/v1 --endpoint-model m --api-key-env KEY \\
          --style tokens --price-in 0.15 --price-out 0.6
      """)

  @OptionGroup var source: DashboardOptions
  @OptionGroup var endpoint: EndpointOptions

  @Option(
    help:
      "How the model is asked: 'examples' (a sentence from marked excerpts, one feature a request) or 'tokens' (a few words from tokens and short contexts)."
  )
  var style = PromptStyle.examples

  @Option(help: ArgumentHelp("Features in a request of the style 'tokens'.", valueName: "count"))
  var batch = 10

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Only these features.", valueName: "12/845"))
  var features: [FeatureName] = []

  @Option(help: ArgumentHelp("Only so many features, chosen at random.", valueName: "count"))
  var limit: Int?

  @Option(help: "Determines which features --limit chooses.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...100).contains(batch) else { throw ValidationError("--batch takes 1 to 100.") }
    guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit takes a number from 1 on.") }
    guard endpoint.endpoint != nil || (features.isEmpty && limit == nil) else {
      throw ValidationError("Offline rules label all features: --features and --limit go with --endpoint.")
    }
  }

  func run() async throws {
    let store = try await source.existingStore()
    guard endpoint.endpoint != nil else { return try labelByRules(store) }
    let work = EndpointWork(options: endpoint, noun: "labels")
    let job = try LabellingJob(
      try names(store), in: store, style: style, model: endpoint.endpointModel ?? "", batch: batch)
    let report = try await work.run(job)
    if json { try Terminal.printJSON(report) } else { try Terminal.say(report.text("labels")) }
    if let stopped = report.stopped { throw CommandError(stopped) }
  }

  /// The features to label: those named, some at random, or all.
  private func names(_ store: DashboardStore) throws -> [FeatureName] {
    guard features.isEmpty else {
      _ = try features.map { try store.dashboard($0) }
      return Set(features).sorted()
    }
    return store.info.randomFeatures(limit ?? .max, seed: seed)
  }

  private func labelByRules(_ store: DashboardStore) throws {
    let start = ContinuousClock.now
    let total = store.info.featureCounts.reduce(0, +)
    try store.labelByRules(
      time: Date().timeIntervalSince1970, Workers(count: source.model.threads)
    ) { Terminal.progress("\($0.grouped) of \(total.grouped) features") }
    Terminal.progress("")
    let result = RuleLabels(
      features: total, withRule: try store.rules().count, seconds: (ContinuousClock.now - start) / .seconds(1)
    )
    guard !json else { return try Terminal.printJSON(result) }
    let share = (100 * Double(result.withRule) / Double(max(1, total))).rounded(to: 0)
    try Terminal.say(
      "\(total.grouped) features labelled in \(result.seconds.rounded(to: 1)) s; \(result.withRule.grouped) (\(share)%) by a rule that can be checked"
    )
  }

  private struct RuleLabels: Encodable {
    var features: Int
    var withRule: Int
    var seconds: Double
  }
}
