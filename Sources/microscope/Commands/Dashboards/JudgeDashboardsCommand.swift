import ArgumentParser
import FeatureDashboards
import Foundation
import LinearAlgebra

struct JudgeDashboardsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge", abstract: "Let a language model judge labels and features.",
    discussion: """
      'detection': told the label, the model says of whole excerpts whether the feature is active in them. 'fuzzing': of \
      excerpts with marked tokens, whether the marks are right. 'sort': shown the examples of two features, whose a \
      further one is. 'contrastive': shown a feature's examples, which of two prompts that differ in one thing made it \
      active. The first two judge labels, the last two features; guessing gives one half. Excerpts are such as no label \
      was made from by a model. Scores are kept with the dashboards, and a run that was stopped goes on.

      Examples:
        microscope dashboards judge --method detection --endpoint http://127.0.0.1:8080/v1 --endpoint-model qwen3-8b
        microscope dashboards judge --method sort --count 200 --endpoint http://127.0.0.1:11434/v1 --endpoint-model m
      """)

  @OptionGroup var source: DashboardOptions
  @OptionGroup var endpoint: EndpointOptions

  @Option(help: "How to judge.")
  var method: JudgeMethod

  @Option(help: ArgumentHelp("Features to judge, chosen at random.", valueName: "count"))
  var count = 50

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Judge these features instead.", valueName: "12/845"))
  var features: [FeatureName] = []

  @Option(help: ArgumentHelp("Questions for a feature by 'sort'.", valueName: "count"))
  var rounds = 4

  @Option(
    help: ArgumentHelp(
      "Pairs of prompts for 'contrastive', a pair a line with a tab between. (default: 24 pairs of our own)",
      valueName: "file"))
  var pairs: String?

  @Option(help: "Determines which features and excerpts are chosen.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(count) else { throw ValidationError("--count takes 1 to 1000000.") }
    guard (1...100).contains(rounds) else { throw ValidationError("--rounds takes 1 to 100.") }
    guard pairs == nil || method == .contrastive else {
      throw ValidationError("--pairs goes with --method contrastive.")
    }
  }

  func run() async throws {
    _ = try endpoint.client()
    let (store, session) = try await opened()
    let (asked, material) = try requests(store, session)
    let judge = endpoint.endpointModel ?? ""
    let job = try JudgeJob(method, asked, in: store, judge: judge, material: material, seed: seed)
    let work = try await EndpointWork(options: endpoint, noun: "judgements").run(job)
    let kept = Set(asked.map(\.name))
    let scores = try store.scores(method).filter { $0.judge == judge && kept.contains($0.name) }
    let result = Result(
      work: work,
      summary: InterpretabilitySummary([], ruled: [], features: kept.count, judged: scores).judged.first)
    if json { try Terminal.printJSON(result) } else { try Terminal.say(text(result)) }
    if let stopped = work.stopped { throw CommandError(stopped) }
  }

  private struct Result: Encodable {
    var work: EndpointWork.Report
    var summary: InterpretabilitySummary.Judged?
  }

  /// Opens the store, and the model where the method needs to run it.
  private func opened() async throws -> (DashboardStore, DashboardSubject?) {
    guard method == .detection || method == .contrastive else {
      return (try await source.existingStore(), nil)
    }
    let session = try await source.open()
    return (try session.existingStore(), session)
  }

  private func requests(
    _ store: DashboardStore, _ session: DashboardSubject?
  ) throws -> ([JudgeItem], JudgeMaterial) {
    if method == .contrastive, let session { return try contrasts(store, session) }
    let names = features.isEmpty ? try judged(store) : Set(features).sorted()
    let items = names.flatMap { name in
      (0..<(method == .sort ? rounds : 1)).map { JudgeItem(name: name, round: $0) }
    }
    guard method == .detection, let session else { return (items, .none) }
    Terminal.progress("reading text without the features")
    let step = max(1, try store.passageCount() / 200)
    var passages: [Passage] = []
    for id in stride(from: 0, to: try store.passageCount(), by: step) {
      passages += try store.passages(id..<id + 1)
    }
    let silent = SilentExcerpts(passages, names: Set(names), session.reader, session.workers)
    Terminal.progress("")
    return (items, .silent(silent))
  }

  /// Random features that are active often enough to have examples of all quantiles.
  private func judged(_ store: DashboardStore) throws -> [FeatureName] {
    let candidates = store.info.randomFeatures(min(20 * count, 100_000), seed: seed)
    let active = try store.cards(candidates, examples: 0).filter {
      $0.density * Double(store.info.positionCount) >= 20
    }
    guard !active.isEmpty else {
      throw CommandError(
        "None of the features is active often enough to be judged: build dashboards of more text.")
    }
    var random = SplitMix64(seed: seed)
    return active.map(\.name).shuffled(using: &random).prefix(count).sorted()
  }

  private func contrasts(
    _ store: DashboardStore, _ session: DashboardSubject
  ) throws -> ([JudgeItem], JudgeMaterial) {
    var given = ContrastivePairs.builtIn
    if let pairs {
      let text = String(decoding: try PromptFile.bytes(pairs), as: UTF8.self)
      guard let read = ContrastivePairs(text: text) else {
        throw CommandError(
          "The file \(pairs) is no list of pairs: write two prompts a line with a tab between.")
      }
      given = read
    }
    let perPair = max(1, count / given.pairs.count)
    let prompts = try given.items(
      { session.reader.greatest(session.tokens($0)) },
      greatest: { names in
        try store.cards(names, examples: 0).filter { $0.density < 0.05 }.reduce(into: [:]) {
          $0[$1.name] = $1.greatest
        }
      }, perPair: perPair)
    let wanted = features.isEmpty ? prompts : prompts.filter { features.contains($0.key.name) }
    return (wanted.keys.sorted(), .prompts(wanted))
  }

  private func text(_ result: Result) -> String {
    var lines = [result.work.text("judgements")]
    if let means = result.summary?.means {
      let share = { (value: Double?) in value.map { $0.rounded(to: 3) } ?? "–" }
      lines.append(
        "\(method.rawValue): accuracy \(share(means.accuracy)) over \(means.features) features, guessing gives 0.5"
      )
      if method.needsLabel {
        lines.append(
          "precision \(share(means.precision)), recall \(share(means.recall)), F1 \(share(means.f1))")
      }
    }
    return lines.joined(separator: "\n")
  }
}
