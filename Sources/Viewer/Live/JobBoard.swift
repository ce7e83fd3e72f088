import Foundation
import GraphFiles
import Synchronization

/// The jobs of the server: traces in one lane, interventions in another, studies in a third.
final class JobBoard: Sendable {
  private struct Entry {
    let job: LiveJob
    let lane: WorkLane
    var place: Int
  }

  private let entries = Mutex<[String: Entry]>([:])
  private let traces = WorkLane("traces", limit: 16)
  private let interventions = WorkLane("interventions", limit: 16)
  private let studies = WorkLane("studies", limit: 16)
  /// How long finished jobs are told of, and how many at most.
  private static let memory = (seconds: 3600.0, count: 200)
  /// How often followers are told, and how often a word keeps a silent connection open, in seconds.
  private static let beat = (changes: 0.1, silence: 15.0)

  /// Starts a job, or lets it wait for its turn.
  func start(
    _ kind: LiveJob.Kind, title: String, client: String,
    _ work: @escaping @Sendable ((JobProgress) -> Bool) throws(APIError) -> JSONValue
  ) throws(APIError) -> LiveJob.Status {
    let job = LiveJob(kind, title: title)
    let lane =
      switch kind {
      case .trace: traces
      case .intervention: interventions
      case .study: studies
      }
    forgetOld()
    entries.withLock { $0[job.id] = Entry(job: job, lane: lane, place: 0) }
    do throws(APIError) {
      let place = try lane.add(client: client) {
        job.run { () throws(APIError) in try work { job.report($0) } }
      } drop: {
        job.drop($0)
      }
      entries.withLock { $0[job.id]?.place = place }
    } catch {
      entries.withLock { $0[job.id] = nil }
      throw error
    }
    return try status(job.id)
  }

  /// A job as it is now.
  func status(_ id: String) throws(APIError) -> LiveJob.Status {
    guard let entry = entries.withLock({ $0[id] }) else {
      throw APIError(.noSuchJob, "There is no such job: it may have ended long ago.")
    }
    return JobBoard.status(entry)
  }

  /// All jobs, the newest first.
  func all() -> [LiveJob.Status] {
    entries.withLock { Array($0.values) }.map(JobBoard.status).sorted {
      ($1.created, $0.id) < ($0.created, $1.id)
    }
  }

  /// Ends a job, whether it waits or runs; nothing happens to one that has ended.
  func cancel(_ id: String) throws(APIError) -> LiveJob.Status {
    guard let entry = entries.withLock({ $0[id] }) else {
      throw APIError(.noSuchJob, "There is no such job: it may have ended long ago.")
    }
    entry.job.cancel()
    entry.lane.remove(entry.place)
    return try status(id)
  }

  /// Asks all jobs to end.
  func cancelAll() {
    for entry in entries.withLock({ Array($0.values) }) {
      entry.job.cancel()
      entry.lane.remove(entry.place)
    }
  }

  /// Follows a job as server-sent events: `job` for each change, `end` as the last.
  func events(_ id: String) throws(APIError) -> AsyncStream<Data> {
    _ = try status(id)
    return AsyncStream(bufferingPolicy: .bufferingNewest(64)) { continuation in
      let following = Task {
        await self.follow(id) { continuation.yield($0) }
        continuation.finish()
      }
      continuation.onTermination = { _ in following.cancel() }
    }
  }

  private func follow(_ id: String, _ tell: (Data) -> Void) async {
    var told = ""
    var silence = 0.0
    while !Task.isCancelled, let status = try? status(id), let text = JobBoard.json(status) {
      if status.state.isEnd { return tell(Data("event: end\ndata: \(text)\n\n".utf8)) }
      if text != told {
        tell(Data("event: job\ndata: \(text)\n\n".utf8))
        (told, silence) = (text, 0)
      } else if silence >= JobBoard.beat.silence {
        tell(Data(": still here\n\n".utf8))
        silence = 0
      }
      try? await Task.sleep(for: .seconds(JobBoard.beat.changes))
      silence += JobBoard.beat.changes
    }
  }

  private static func status(_ entry: Entry) -> LiveJob.Status {
    var status = entry.job.status
    if status.state == .waiting { status.waiting = entry.lane.placesBefore(entry.place) ?? 0 }
    return status
  }

  private static func json(_ status: LiveJob.Status) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(status)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func forgetOld() {
    let oldest = Date().addingTimeInterval(-JobBoard.memory.seconds)
    entries.withLock { entries in
      let ended = entries.values.compactMap { entry in entry.job.ended.map { (entry.job.id, $0) } }
      let surplus = max(0, ended.count - JobBoard.memory.count)
      for (id, _) in ended.sorted(by: { $0.1 < $1.1 }).prefix(surplus) { entries[id] = nil }
      for (id, time) in ended where time < oldest { entries[id] = nil }
    }
  }
}
