/// Does endpoint work: several requests at once, each answer kept as soon as it is there.
///
/// 1. Items go out in batches; at most `parallel` requests are under way.
/// 2. The answers of a batch and its cost are recorded together, one batch after the other.
/// 3. Items that a batch's answer lacks are asked again, each alone, up to `attempts` requests for an item.
/// 4. When the endpoint gives up or the task is cancelled, no further request goes out; answers that are there already
///    are recorded. What has no answer yet is for the next run.
public struct EndpointRun: Sendable {
  private let client: ChatClient
  private let parallel: Int
  private let attempts: Int

  /// Prepares runs.
  ///
  /// - Parameters:
  ///   - parallel: Requests under way at a time, at least 1.
  ///   - attempts: Requests for an item before it is given up, at least 1.
  public init(_ client: ChatClient, parallel: Int = 4, attempts: Int = 3) {
    precondition(parallel > 0 && attempts > 0, "\(parallel) requests at a time, \(attempts) attempts")
    self.client = client
    self.parallel = parallel
    self.attempts = attempts
  }

  /// How a run ended.
  public struct Summary: Sendable {
    /// What was done.
    public var progress: EndpointProgress
    /// Why it stopped before everything was done; nil when it did not.
    public var end: EndpointError?
  }

  /// Does a job's work.
  ///
  /// - Throws: What `job` throws when it writes or reads.
  public func run<Job: EndpointJob>(
    _ job: Job, progress report: @escaping @Sendable (EndpointProgress) -> Void = { _ in }
  ) async throws -> Summary {
    var queue = BatchQueue(job.items, batch: max(1, job.batch), attempts: attempts)
    var summary = Summary(progress: EndpointProgress())
    summary.progress.total = job.items.count
    try await withThrowingTaskGroup(of: Reply<Job.Item>.self) { group in
      var underWay = 0
      while true {
        while underWay < parallel, summary.end == nil, !Task.isCancelled, let items = queue.next() {
          underWay += 1
          group.addTask { try await ask(job, items) }
        }
        guard underWay > 0, let reply = try await group.next() else { break }
        underWay -= 1
        try settle(job, reply, &queue, &summary)
        report(summary.progress)
      }
    }
    if summary.end == nil, Task.isCancelled,
      summary.progress.answered + summary.progress.failed < job.items.count
    {
      summary.end = .cancelled
    }
    return summary
  }

  private struct Reply<Item: Hashable & Sendable>: Sendable {
    var items: [Item]
    /// The endpoint's reply; nil when there was nothing to ask.
    var reply: ChatClient.Reply?
  }

  private func ask<Job: EndpointJob>(_ job: Job, _ items: [Job.Item]) async throws -> Reply<Job.Item> {
    guard let messages = try job.messages(for: items) else { return Reply(items: items) }
    return Reply(
      items: items, reply: await client.complete(messages, maxTokens: job.maxTokens * items.count))
  }

  /// Records a reply, and puts what it lacks back into the queue.
  private func settle<Job: EndpointJob>(
    _ job: Job, _ reply: Reply<Job.Item>, _ queue: inout BatchQueue<Job.Item>, _ summary: inout Summary
  ) throws {
    guard let answer = reply.reply else {
      summary.progress.failed += reply.items.count
      return
    }
    var answers: [Job.Item: Job.Answer] = [:]
    switch answer.result {
    case .success(let text): answers = job.answers(in: text, to: reply.items)
    case .failure(let error):
      summary.progress.unanswered += 1
      if error.endsWork { summary.end = summary.end ?? error }
    }
    answers = answers.filter { reply.items.contains($0.key) }
    try job.record(answers, answer.usage)
    summary.progress.usage += answer.usage
    summary.progress.answered += answers.count
    guard summary.end == nil else { return }
    summary.progress.failed += queue.putBack(reply.items.filter { answers[$0] == nil })
  }

  /// About what a job will cost, by some of its requests.
  public static func estimate(_ job: some EndpointJob) throws -> TokenUsage {
    let batches = stride(from: 0, to: job.items.count, by: max(1, job.batch)).map {
      Array(job.items[$0..<min(job.items.count, $0 + max(1, job.batch))])
    }
    let step = max(1, batches.count / 100)
    let looked = stride(from: 0, to: batches.count, by: step).map { batches[$0] }
    var usage = TokenUsage()
    for batch in looked {
      guard let messages = try job.messages(for: batch) else { continue }
      usage += TokenUsage(
        requests: 1, input: TokenUsage.tokens(in: messages), output: job.usualTokens * batch.count)
    }
    let scale = Double(batches.count) / Double(max(1, looked.count))
    let scaled = { (count: Int) in Int((Double(count) * scale).rounded()) }
    return TokenUsage(
      requests: scaled(usage.requests), input: scaled(usage.input), output: scaled(usage.output),
      estimated: scaled(usage.requests))
  }
}

/// Items in batches, and those that must be asked again.
private struct BatchQueue<Item: Hashable & Sendable> {
  private var rest: ArraySlice<Item>
  private var again: [Item] = []
  private var tries: [Item: Int] = [:]
  private let batch: Int
  private let attempts: Int

  init(_ items: [Item], batch: Int, attempts: Int) {
    rest = items[...]
    self.batch = batch
    self.attempts = attempts
  }

  mutating func next() -> [Item]? {
    if !rest.isEmpty {
      let items = Array(rest.prefix(batch))
      rest = rest.dropFirst(batch)
      return items
    }
    return again.isEmpty ? nil : [again.removeFirst()]
  }

  /// Keeps items for another try, and returns how many have had enough.
  mutating func putBack(_ items: [Item]) -> Int {
    var ended = 0
    for item in items {
      tries[item, default: 0] += 1
      if tries[item, default: 0] < attempts { again.append(item) } else { ended += 1 }
    }
    return ended
  }
}
