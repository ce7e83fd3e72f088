import Foundation

/// What the page shows of a run in its list.
struct TrainingSummary: Encodable {
  /// Whether a run goes on.
  enum State: String, Encodable {
    /// Numbers arrive.
    case running
    /// All steps were taken.
    case finished
    /// No numbers have arrived for long: it was stopped, or it failed.
    case stale
  }

  var name: String
  var folder: String
  var state: State
  var step: Int
  var stepCount: Int?
  var tokens: Int?
  var tokensPerSecond: Double?
  /// Seconds until the end, as of now.
  var secondsLeft: Double?
  /// Milliseconds since 1970 at which numbers last arrived.
  var updated: Double
  /// The mean over layers.
  var unexplained: Double?
  /// The settings, as in `training.yaml`.
  var settings: [String: String]

  init(_ name: String, _ folder: URL, now: Date) {
    let metrics = folder.appendingPathComponent("metrics.jsonl")
    let line = TrainingMetrics.last(of: metrics)
    let modified = TrainingSummary.modified(metrics)
    let age = now.timeIntervalSince(modified)
    settings = TrainingSummary.settings(folder)
    self.name = name
    self.folder = folder.path
    step = line?.step ?? 0
    stepCount = line?.stepCount
    tokens = line?.tokens
    tokensPerSecond = line?.tokensPerSecond
    unexplained = line.flatMap(TrainingCurves.meanUnexplained)
    updated = (modified.timeIntervalSince1970 * 1000).rounded()
    state = TrainingSummary.state(line, settings, folder, age: age)
    if state == .running { secondsLeft = line?.secondsLeft.map { max(0, $0 - max(0, age)) } }
  }

  /// A run is finished with its last step, or, where it takes none, when its transcoders are written; it is stale when
  /// five times as long as a line takes, and at least five minutes, have gone by without one.
  private static func state(
    _ line: TrainingLine?, _ settings: [String: String], _ folder: URL, age: Double
  ) -> State {
    if let line, let count = line.stepCount, line.step >= count { return .finished }
    let set = folder.appendingPathComponent("config.yaml").path
    if line == nil, settings["tokens"] == "0", FileManager.default.fileExists(atPath: set) {
      return .finished
    }
    let tokensOfLine = 10 * (settings["batch"].flatMap(Double.init) ?? 0)
    let secondsOfLine = line?.tokensPerSecond.map { $0 > 0 ? tokensOfLine / $0 : 0 } ?? 0
    // Before the first line comes the start, which takes minutes.
    return age < max(line == nil ? 1800 : 300, 5 * secondsOfLine) ? .running : .stale
  }

  private static func modified(_ file: URL) -> Date {
    let path = file.resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
      ?? Date(timeIntervalSince1970: 0)
  }

  /// The lines `key: value` of `training.yaml`.
  private static func settings(_ folder: URL) -> [String: String] {
    let file = folder.appendingPathComponent("training.yaml")
    guard let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1 << 16,
      let text = try? String(contentsOf: file, encoding: .utf8)
    else { return [:] }
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix(" "), !line.hasPrefix("#") else {
        return nil
      }
      return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    return Dictionary(pairs) { $1 }
  }
}
