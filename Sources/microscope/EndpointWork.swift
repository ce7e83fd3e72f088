import FeatureDashboards
import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Endpoint work on the terminal: estimate, question, progress, Ctrl-C, result.
struct EndpointWork {
  let options: EndpointOptions
  /// What is done, such as `labels`.
  let noun: String

  /// What a command reports of its work, as data.
  struct Report: Encodable {
    var asked: Int
    var answered: Int
    var failed: Int
    var unanswered: Int
    var usage: TokenUsage
    var cost: Double?
    var stopped: String?
  }

  /// Does the work; nil when there is none, or the person does not want it.
  ///
  /// - Throws: What ended the work before its end, after what was answered is kept.
  func run(_ job: some EndpointJob) async throws -> Report {
    guard !job.items.isEmpty else {
      return Report(asked: 0, answered: 0, failed: 0, unanswered: 0, usage: .init())
    }
    let client = try options.client()
    try confirm(try EndpointRun.estimate(job), client, items: job.items.count)
    let run = EndpointRun(client, parallel: options.parallel)
    let (noun, start) = (noun, ContinuousClock.now)
    let task = Task {
      try await run.run(job) { EndpointWork.show($0, noun, since: start) }
    }
    let interrupt = Interrupt { task.cancel() }
    defer { interrupt.stop() }
    let summary = try await task.value
    Terminal.progress("")
    return report(summary)
  }

  private func report(_ summary: EndpointRun.Summary) -> Report {
    let progress = summary.progress
    return Report(
      asked: progress.total, answered: progress.answered, failed: progress.failed,
      unanswered: progress.unanswered, usage: progress.usage,
      cost: options.price.map { $0.cost(of: progress.usage) }, stopped: summary.end?.description)
  }

  /// Shows what the work will cost, and asks.
  private func confirm(_ estimate: TokenUsage, _ client: ChatClient, items: Int) throws {
    let cost = options.price.map { ", for \(EndpointWork.money($0.cost(of: estimate)))" } ?? ""
    Terminal.note(
      """
      \(items.grouped) \(noun) from \(Terminal.printable(client.endpoint.model)) at \(client.endpoint.url.absoluteString): \
      about \(estimate.requests.grouped) requests, \(estimate.input.grouped) tokens in, \(estimate.output.grouped) out\(cost).

      """)
    guard !options.yes else { return }
    guard isatty(STDIN_FILENO) == 1 else {
      throw CommandError("Nobody is here to agree to this: give --yes to send the requests.")
    }
    Terminal.note("Go on? [y/N] ")
    guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
      throw CommandError("Nothing was sent.")
    }
  }

  private static func show(
    _ progress: EndpointProgress, _ noun: String, since start: ContinuousClock.Instant
  ) {
    let done = progress.answered + progress.failed
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let left = seconds / Double(max(1, done)) * Double(progress.total - done)
    Terminal.progress(
      "\(progress.answered.grouped) of \(progress.total.grouped) \(noun), \(progress.usage.input.grouped) tokens in, "
        + "\(progress.usage.output.grouped) out, about \(left.rounded(to: 0)) s left")
  }

  static func money(_ cost: Double) -> String {
    cost < 0.01 ? "less than 0.01" : "about \(cost.rounded(to: 2))"
  }
}

extension EndpointWork.Report {
  /// The same for a person.
  func text(_ noun: String) -> String {
    guard asked > 0 else { return "All \(noun) are there already." }
    var lines = ["\(answered.grouped) of \(asked.grouped) \(noun)"]
    if failed > 0 { lines.append("\(failed.grouped) got no usable answer, or there was nothing to show") }
    if unanswered > 0 {
      lines.append("\(unanswered.grouped) requests were given up or cut off; what they cost is unknown")
    }
    let estimated = usage.estimated > 0 ? " (\(usage.estimated.grouped) of them estimated)" : ""
    lines.append(
      "\(usage.requests.grouped) answers\(estimated), \(usage.input.grouped) tokens in, \(usage.output.grouped) out"
        + (cost.map { ", \(EndpointWork.money($0))" } ?? ""))
    return lines.joined(separator: "\n")
  }
}
